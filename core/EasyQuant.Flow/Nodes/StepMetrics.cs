namespace EasyQuant.Flow;

/// <summary>Counts of one step; <see cref="Add"/> sums them up.</summary>
/// <param name="RowsIn">Rows read; at least 0.</param>
/// <param name="RowsOut">Rows produced or written; at least 0. <c>${nodes.X.rows}</c> reads it.</param>
/// <param name="QualityScore">Data quality from 0 (useless) to 1 (clean), ends included; null when the step does not judge.</param>
public readonly record struct StepMetrics(long RowsIn = 0, long RowsOut = 0, double? QualityScore = null)
{
    /// <summary>Returns the sum of both counts; the newer quality score wins.</summary>
    public StepMetrics Add(StepMetrics delta) =>
        new(RowsIn + delta.RowsIn, RowsOut + delta.RowsOut, delta.QualityScore ?? QualityScore);
}
