using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// The engine for speed: the same strategies, rules and results as <see cref="ReferenceEngine"/>, to the last bit. It drives the same core, but only
/// where something can happen, reads columns by address, keeps a strategy that is a struct in registers, and takes its memory from a pool. Does not
/// allocate per bar. Stateless and thread-safe: runs of many threads share one panel.
/// </summary>
public static class FastEngine
{
    /// <summary>Part of every manifest; changes when results can change.</summary>
    public const string Version = "fast/2";

    private const int ProgressDayInterval = 64;

    /// <summary>Runs one backtest. Parameters, result and errors are those of <see cref="ReferenceEngine.Run"/>.</summary>
    /// <typeparam name="TStrategy">A struct for full speed; a class works too.</typeparam>
    /// <param name="panel">The market; not modified.</param>
    /// <param name="strategy">A fresh strategy.</param>
    /// <param name="settings">Cash, costs, rules, period.</param>
    /// <param name="rules">The rule book.</param>
    /// <param name="progress">Told the days done and the days in all about every 64 days and at the end; null for none.</param>
    /// <param name="cancellationToken">Looked at every day and, with several instruments, every bar time.</param>
    public static EngineRun Run<TStrategy>(
        MarketPanel panel,
        TStrategy strategy,
        BacktestSettings settings,
        RuleBook rules,
        Action<int, int>? progress,
        CancellationToken cancellationToken)
        where TStrategy : IStrategy
    {
        using FastRun run = Simulate(panel, strategy, settings, rules, progress, cancellationToken);
        return run.ToRun();
    }

    /// <summary>Runs one backtest and hands back its figures without making the lists of orders and fills. As <see cref="Run"/> otherwise.</summary>
    /// <typeparam name="TStrategy">A struct for full speed; a class works too.</typeparam>
    /// <param name="panel">The market; not modified.</param>
    /// <param name="strategy">A fresh strategy.</param>
    /// <param name="settings">Cash, costs, rules, period.</param>
    /// <param name="rules">The rule book.</param>
    /// <param name="progress">Told the days done and the days in all about every 64 days and at the end; null for none.</param>
    /// <param name="cancellationToken">Looked at every day and, with several instruments, every bar time.</param>
    /// <returns>The run; the caller disposes it.</returns>
    public static FastRun Simulate<TStrategy>(
        MarketPanel panel,
        TStrategy strategy,
        BacktestSettings settings,
        RuleBook rules,
        Action<int, int>? progress,
        CancellationToken cancellationToken)
        where TStrategy : IStrategy
    {
        TradingCore core = new(panel, settings, rules);
        Money initialEquity = new(core.Ledger.TotalEquity());
        using FastMarket market = new(panel);
        RunRecorder recorder = new FastRunner<TStrategy>(core, market, strategy).Run(progress, ProgressDayInterval, cancellationToken);
        return new FastRun(core, recorder, initialEquity);
    }
}
