namespace EasyQuant.Engine;

/// <summary>A fall below the highest equity so far, until it is reached again.</summary>
/// <param name="PeakDate">Last day at the peak; null when the peak is the initial cash.</param>
/// <param name="TroughDate">Lowest day; of equal ones the first.</param>
/// <param name="RecoveryDate">First day at or above the peak again; null while it lasts.</param>
/// <param name="Depth">Fall from the peak to the trough as a fraction of the peak, above 0.</param>
/// <param name="DaysToTrough">Trading days after the peak until the trough, at least 1.</param>
/// <param name="DayCount">Trading days below the peak, at least 1.</param>
public sealed record DrawdownPeriod(
    DateOnly? PeakDate,
    DateOnly TroughDate,
    DateOnly? RecoveryDate,
    double Depth,
    int DaysToTrough,
    int DayCount);
