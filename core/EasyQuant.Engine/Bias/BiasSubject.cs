using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>What bias checks take apart: a strategy, its market and its settings.</summary>
/// <param name="Panel">The market.</param>
/// <param name="Create">
/// Makes a fresh strategy for a market. It is handed the market of each re-run: a strategy that computes anything from a whole panel
/// ahead of the run must use that one, else the check for look-ahead sees nothing.
/// </param>
/// <param name="Settings">Cash, costs, rules, period.</param>
/// <param name="Rules">The rule book.</param>
public sealed record BiasSubject(MarketPanel Panel, Func<MarketPanel, IStrategy> Create, BacktestSettings Settings, RuleBook Rules)
{
    internal EngineRun Run(CancellationToken cancellationToken) =>
        FastEngine.Run(Panel, Create(Panel), Settings, Rules, null, cancellationToken);
}
