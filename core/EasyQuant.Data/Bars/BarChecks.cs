namespace EasyQuant.Data;

/// <summary>Counts bars that a loader reports and does not change.</summary>
internal static class BarChecks
{
    /// <summary>Bars whose low or high does not enclose open and close, and bars with a volume of 0 (a missing volume is none).</summary>
    public static (long OhlcBreaches, long ZeroVolumes) Count(Table bars)
    {
        ReadOnlySpan<long> open = bars.GetColumn<DecimalColumn>(BarTable.Open).Units;
        ReadOnlySpan<long> high = bars.GetColumn<DecimalColumn>(BarTable.High).Units;
        ReadOnlySpan<long> low = bars.GetColumn<DecimalColumn>(BarTable.Low).Units;
        ReadOnlySpan<long> close = bars.GetColumn<DecimalColumn>(BarTable.Close).Units;
        var volume = (FixedWidthColumn<long>)bars[BarTable.Volume];
        ReadOnlySpan<long> volumes = volume.Memory.Span;
        long breaches = 0;
        long zeros = 0;
        for (int i = 0; i < open.Length; i++)
        {
            breaches += low[i] > Math.Min(open[i], close[i]) || high[i] < Math.Max(open[i], close[i]) ? 1 : 0;
            zeros += volumes[i] == 0 && !(volume.Validity is not null && volume.IsNull(i)) ? 1 : 0;
        }

        return (breaches, zeros);
    }

    /// <summary>Rows of a sorted table with symbol and time of the row before.</summary>
    public static long Duplicates(Table bars)
    {
        Column symbols = bars[BarTable.Symbol];
        Column times = bars.TryGetColumn(BarTable.StartTime, out Column? starts) ? starts : bars[BarTable.TradingDate];
        long count = 0;
        for (int row = 1; row < bars.RowCount; row++)
        {
            count += symbols.CompareRows(row - 1, row) == 0 && times.CompareRows(row - 1, row) == 0 ? 1 : 0;
        }

        return count;
    }
}
