namespace EasyQuant.BacktestSandbox.Plans;

/// <summary>How the market of a backtest is made of what lies on disk. Travels as JSON.</summary>
/// <param name="Panel">What to take of a panel on disk; null for a table of daily bars.</param>
/// <param name="Rates">Rates of other currencies than the base; empty when there is one currency.</param>
public sealed record MarketPlan(PanelPlan? Panel, IReadOnlyList<RatePlan> Rates)
{
    /// <summary>How bars are made of the rows of the table when it holds ticks; null (default) when it holds bars.</summary>
    public TickPlan? Ticks { get; init; }

    /// <summary>Canonical symbols that the strategy trades; empty (default) means all but the indices of the benchmark.</summary>
    public IReadOnlyList<string> Universe { get; init; } = [];

    /// <summary>Canonical symbols of the benchmark; empty (default) for none. Those outside of the universe are only compared with.</summary>
    public IReadOnlyList<string> Benchmark { get; init; } = [];

    /// <summary>A table of daily bars in one currency.</summary>
    public static MarketPlan Table { get; } = new(null, []);
}
