namespace EasyQuant.Data;

/// <summary>
/// Judges and cleans daily bars. Without a given calendar it is derived from the data: a day counts when at least a fifth of the symbols have a bar on it.
/// Same input, same report.
/// </summary>
public static class DataQuality
{
    /// <summary>Judges the bars and removes those that the options say.</summary>
    /// <param name="bars">A bar table in any order; not modified.</param>
    /// <param name="options">Policies and limits.</param>
    /// <exception cref="ArgumentException">The table is no bar table, or the outlier limit is not positive.</exception>
    public static QualityResult Clean(Table bars, QualityOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.OutlierReturn);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StaleAfterDays, 1);
        BarTable.Require(bars);
        Table sorted = TableSort.Sort(bars, (BarTable.Symbol, false), (BarTable.TradingDate, false));
        return new QualityScan(sorted, options).Run();
    }
}
