namespace EasyQuant.Data;

/// <summary>Counts of one symbol, or of all.</summary>
public sealed record SymbolQuality
{
    /// <summary>Canonical symbol; empty for the sum.</summary>
    public required string Symbol { get; init; }

    /// <summary>First day that stayed; null when no bar did.</summary>
    public DateOnly? FirstDate { get; init; }

    /// <summary>Last day that stayed; null when no bar did.</summary>
    public DateOnly? LastDate { get; init; }

    /// <summary>Bars before cleaning.</summary>
    public long RowsIn { get; init; }

    /// <summary>Bars after cleaning.</summary>
    public long RowsOut { get; init; }

    /// <summary>Bars beyond the one that stays of each day.</summary>
    public long DuplicateCount { get; init; }

    /// <summary>Bars with a price that is missing, zero or negative.</summary>
    public long NonPositivePriceCount { get; init; }

    /// <summary>Bars that break low &lt;= open, close &lt;= high.</summary>
    public long OhlcBreachCount { get; init; }

    /// <summary>Bars whose close is too far from the previous one.</summary>
    public long OutlierReturnCount { get; init; }

    /// <summary>Runs of missing days between the first and the last bar.</summary>
    public long GapCount { get; init; }

    /// <summary>Missing days in these runs.</summary>
    public long MissingDayCount { get; init; }

    /// <summary>Bars without volume.</summary>
    public long ZeroVolumeCount { get; init; }

    /// <summary>Bars beyond the price limit; 0 when no rule book judged them.</summary>
    public long LimitBreachCount { get; init; }

    /// <summary>Bars on days that are no trading days; 0 without a calendar.</summary>
    public long OutsideCalendarCount { get; init; }

    /// <summary>Symbols whose last bar is too old: 0 or 1, in the sum their number.</summary>
    public long StaleCount { get; init; }

    /// <summary>
    /// 1 - (10 (duplicates + non-positive + OHLC + outside the calendar) + 5 (outliers + limit breaches) + missing days + zero volumes) / (10 (rows in + missing
    /// days)), at least 0; 1 for no rows.
    /// </summary>
    public double Score
    {
        get
        {
            long weight = (10 * (DuplicateCount + NonPositivePriceCount + OhlcBreachCount + OutsideCalendarCount)) + (5 * (OutlierReturnCount + LimitBreachCount)) + MissingDayCount + ZeroVolumeCount;
            long scale = 10 * (RowsIn + MissingDayCount);
            return scale == 0 ? 1 : Math.Max(0, (double)(scale - weight) / scale);
        }
    }

    internal SymbolQuality Add(SymbolQuality other) => this with
    {
        FirstDate = FirstDate is null || other.FirstDate < FirstDate ? other.FirstDate ?? FirstDate : FirstDate,
        LastDate = LastDate is null || other.LastDate > LastDate ? other.LastDate ?? LastDate : LastDate,
        RowsIn = RowsIn + other.RowsIn,
        RowsOut = RowsOut + other.RowsOut,
        DuplicateCount = DuplicateCount + other.DuplicateCount,
        NonPositivePriceCount = NonPositivePriceCount + other.NonPositivePriceCount,
        OhlcBreachCount = OhlcBreachCount + other.OhlcBreachCount,
        OutlierReturnCount = OutlierReturnCount + other.OutlierReturnCount,
        GapCount = GapCount + other.GapCount,
        MissingDayCount = MissingDayCount + other.MissingDayCount,
        ZeroVolumeCount = ZeroVolumeCount + other.ZeroVolumeCount,
        LimitBreachCount = LimitBreachCount + other.LimitBreachCount,
        OutsideCalendarCount = OutsideCalendarCount + other.OutsideCalendarCount,
        StaleCount = StaleCount + other.StaleCount,
    };
}
