namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>Names of the result tables.</summary>
public static class ResultNames
{
    /// <summary>Equity a day.</summary>
    public const string Equity = "equity";

    /// <summary>Round trips.</summary>
    public const string Trades = "trades";

    /// <summary>Orders by number.</summary>
    public const string Orders = "orders";

    /// <summary>Fills in order of execution.</summary>
    public const string Fills = "fills";

    /// <summary>Exceptions of the strategy that the policy let pass.</summary>
    public const string Faults = "faults";

    /// <summary>All figures with titles.</summary>
    public const string Figures = "figures";

    /// <summary>Returns, exposure and turnover a day.</summary>
    public const string Days = "days";

    /// <summary>The deepest drawdowns.</summary>
    public const string Drawdowns = "drawdowns";

    /// <summary>Returns a month and a year.</summary>
    public const string Periods = "periods";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } = [Equity, Trades, Orders, Fills, Faults, Figures, Days, Drawdowns, Periods];
}
