using System.Collections.Immutable;
using System.Text.Json.Nodes;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Runs a shipped strategy by name over a panel in the fast engine and reports. Stateless and thread-safe.</summary>
public static class Backtester
{
    /// <summary>Runs one backtest with the shipped rule book. See the overload that takes a rule book.</summary>
    /// <param name="panel">The bars.</param>
    /// <param name="strategy">Name of a shipped strategy, see <see cref="StrategyCatalog"/>.</param>
    /// <param name="parameters">Its parameters; missing ones take their defaults.</param>
    /// <param name="settings">Cash, costs, rules, period.</param>
    /// <param name="progress">Told the days done and the days in all about every 64 days and at the end; null for none.</param>
    /// <param name="cancellationToken">Looked at every 64 days.</param>
    /// <exception cref="BacktestParameterException">Strategy, parameters or settings are unusable; lists all errors.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static BacktestResult Run(
        MarketPanel panel,
        string strategy,
        JsonObject parameters,
        BacktestSettings settings,
        Action<int, int>? progress,
        CancellationToken cancellationToken) => Run(panel, strategy, parameters, settings, RuleBook.China, progress, cancellationToken);

    /// <summary>Runs one backtest under a rule book: a result can be had again under other rules.</summary>
    /// <param name="panel">The bars.</param>
    /// <param name="strategy">Name of a shipped strategy, see <see cref="StrategyCatalog"/>.</param>
    /// <param name="parameters">Its parameters; missing ones take their defaults.</param>
    /// <param name="settings">Cash, costs, rules, period.</param>
    /// <param name="rules">The dated rules; <see cref="RuleBookJson"/> reads them. The manifest names their version.</param>
    /// <param name="progress">Told the days done and the days in all about every 64 days and at the end; null for none.</param>
    /// <param name="cancellationToken">Looked at every day and every 4,096 bars.</param>
    /// <exception cref="BacktestParameterException">Strategy, parameters or settings are unusable; lists all errors.</exception>
    /// <exception cref="BacktestException">The run could not go on; see <see cref="BacktestException.Reason"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static BacktestResult Run(
        MarketPanel panel,
        string strategy,
        JsonObject parameters,
        BacktestSettings settings,
        RuleBook rules,
        Action<int, int>? progress,
        CancellationToken cancellationToken)
    {
        return Run(panel, strategy, StrategyCatalog.Bind(strategy, parameters), settings, rules, progress, cancellationToken);
    }

    /// <summary>Runs one backtest of any strategy under a rule book.</summary>
    /// <param name="panel">The bars.</param>
    /// <param name="strategy">Name that the manifest carries.</param>
    /// <param name="binding">Its parameters and what makes it.</param>
    /// <param name="settings">Cash, costs, rules, period.</param>
    /// <param name="rules">The dated rules.</param>
    /// <param name="progress">Told the days done and the days in all about every 64 days and at the end; null for none.</param>
    /// <param name="cancellationToken">Looked at every day and every 4,096 bars.</param>
    /// <exception cref="BacktestParameterException">The settings are unusable; lists all errors.</exception>
    /// <exception cref="BacktestException">The run could not go on; see <see cref="BacktestException.Reason"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static BacktestResult Run(
        MarketPanel panel,
        string strategy,
        StrategyBinding binding,
        BacktestSettings settings,
        RuleBook rules,
        Action<int, int>? progress,
        CancellationToken cancellationToken)
    {
        EngineRun run = binding.Accept(new FastVisitor(panel, settings, rules, progress, cancellationToken));
        ImmutableArray<RoundTrip> trades = RoundTripBuilder.Build(panel, run);
        BacktestManifest manifest = new(
            FastEngine.Version, rules.Version, panel.ContentSha256, strategy, binding.Parameters, settings);
        return new BacktestResult(manifest, StatisticsCalculator.Compute(run.InitialEquity, run, trades), run, trades);
    }

    private sealed class FastVisitor(
        MarketPanel panel, BacktestSettings settings, RuleBook rules, Action<int, int>? progress, CancellationToken cancellationToken)
        : IStrategyVisitor<EngineRun>
    {
        public EngineRun Visit<TStrategy>(Func<TStrategy> create)
            where TStrategy : IStrategy => FastEngine.Run(panel, create(), settings, rules, progress, cancellationToken);
    }
}
