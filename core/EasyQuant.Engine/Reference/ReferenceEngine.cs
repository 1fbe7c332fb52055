using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// The obvious event-by-event engine: the truth that faster engines must equal to the last bit, with exact money. The events of a day are those of
/// docs/adr/0007: the day begins (corporate actions, cash that arrives), heartbeat; at each bar time resting orders match in order of submission, closes
/// are marked, the strategy is told of fills and ended orders and sees the bars in order of symbol; the day ends (orders expire, equity is recorded).
/// Stateless and thread-safe: runs may go in parallel over one panel.
/// </summary>
public static class ReferenceEngine
{
    /// <summary>Part of every manifest; changes when results can change.</summary>
    public const string Version = "reference/3";

    private const int CancelCheckBarInterval = 4096;
    private const int ProgressDayInterval = 64;

    /// <summary>Runs one backtest.</summary>
    /// <typeparam name="TStrategy">A struct or sealed class, so that its calls are direct.</typeparam>
    /// <param name="panel">The market; not modified.</param>
    /// <param name="strategy">A fresh strategy.</param>
    /// <param name="settings">Cash, costs, rules, period.</param>
    /// <param name="rules">The rule book.</param>
    /// <param name="progress">Told the days done and the days in all about every 64 days and at the end; null for none.</param>
    /// <param name="cancellationToken">Looked at every day and every 4,096 bars.</param>
    /// <returns>Equity a day, orders, fills, postings.</returns>
    /// <exception cref="BacktestParameterException">The settings are out of range or do not fit the panel, or the period holds no trading day (PERIOD_EMPTY).</exception>
    /// <exception cref="BacktestException">The strategy threw (STRATEGY_FAILED, names date and symbol), gave too many orders (ORDER_LIMIT_EXCEEDED), or an amount exceeds the range of money, about 9e14 (AMOUNT_TOO_LARGE).</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static EngineRun Run<TStrategy>(
        MarketPanel panel,
        TStrategy strategy,
        BacktestSettings settings,
        RuleBook rules,
        Action<int, int>? progress,
        CancellationToken cancellationToken)
        where TStrategy : IStrategy
    {
        TradingCore core = new(panel, settings, rules);
        EngineRun run = new ReferenceRun<TStrategy>(core, strategy).Run(progress, CancelCheckBarInterval, ProgressDayInterval, cancellationToken);
        core.Release();
        return run;
    }
}
