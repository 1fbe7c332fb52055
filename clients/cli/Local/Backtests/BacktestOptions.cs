namespace EasyQuant.Cli.Local.Backtests;

/// <summary>What <c>eq backtest</c> was asked to do.</summary>
/// <param name="Strategy">Name of a shipped strategy.</param>
/// <param name="Files">Files of bars of any known vendor, all of one interval; none with ticks.</param>
/// <param name="Parameters">Parameters of the strategy as name=value.</param>
/// <param name="Cash">Cash at the start as decimal text; counts no more with accounts.</param>
/// <param name="StartDate">First trading day, included; null starts with the data.</param>
/// <param name="EndDate">Last trading day, included; null ends with the data.</param>
/// <param name="Benchmark">Symbol among the files to compare with; null for none.</param>
/// <param name="OutputFolder">Where the files of the result go.</param>
/// <param name="LedgerFile">The trial ledger.</param>
/// <param name="Family">Strategy family in the ledger; null takes the strategy's name.</param>
/// <param name="ChecksBias">Whether the bias checks run.</param>
/// <param name="HeartbeatMinutes">Minutes between two heartbeats, 1 to 1440; 0 for one a day.</param>
/// <param name="WarmUpDays">Trading days before the first one that the strategy sees without trading, 0 to 100,000.</param>
/// <param name="IsAuctionRowsOnly">Whether only rows of the auctions stand for auctions.</param>
/// <param name="Seed">Seed of the run and of the shuffles.</param>
/// <param name="IsChinese">Whether the tear sheet opens in 中文.</param>
/// <param name="IsGreenUp">Whether gains open green.</param>
public sealed record BacktestOptions(
    string Strategy,
    IReadOnlyList<string> Files,
    IReadOnlyList<string> Parameters,
    string Cash,
    DateOnly? StartDate,
    DateOnly? EndDate,
    string? Benchmark,
    string OutputFolder,
    string LedgerFile,
    string? Family,
    bool ChecksBias,
    int HeartbeatMinutes,
    int WarmUpDays,
    bool IsAuctionRowsOnly,
    long Seed,
    bool IsChinese,
    bool IsGreenUp)
{
    /// <summary>File of ticks as FILE[/INTERVAL], of which the bars are made; null (default) for files of bars.</summary>
    public string? Ticks { get; init; }

    /// <summary>Local time of the exchange less UTC in minutes, -720 to 840, for ticks. Default 480.</summary>
    public int UtcOffsetMinutes { get; init; } = 480;

    /// <summary>Parquet or Arrow file of corporate actions, see <see cref="Engine.CorporateActionTable"/>; null (default) for none.</summary>
    public string? ActionsFile { get; init; }

    /// <summary>Accounts as JSON or a file of it, in the form of the Backtest node; null (default) for one account.</summary>
    public string? Accounts { get; init; }

    /// <summary>Terms for borrowing of the single account as JSON or a file of it; null (default) for a cash account.</summary>
    public string? Margin { get; init; }

    /// <summary>Currency that equity is counted in. Default CNY.</summary>
    public string BaseCurrency { get; init; } = "CNY";

    /// <summary>Rates of other currencies as JSON or a file of it; null (default) for none.</summary>
    public string? ExchangeRates { get; init; }

    /// <summary>Rule book as JSON or a file of it; null (default) for the shipped one.</summary>
    public string? RuleBook { get; init; }
}
