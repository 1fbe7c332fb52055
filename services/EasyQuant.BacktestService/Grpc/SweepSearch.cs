using EasyQuant.Engine;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>How a sweep chooses among its combinations.</summary>
/// <param name="Objective">What makes a trial better.</param>
/// <param name="Halving">Factor and fewest days of a round; null tries every combination over the whole period.</param>
/// <param name="WalkForward">How the period is cut; null for one window.</param>
/// <param name="IsPerSymbol">Whether each symbol runs alone in the sweep kernel.</param>
internal sealed record SweepSearch(SweepObjective Objective, (int Factor, int DaysMin)? Halving, WalkForwardPlan? WalkForward, bool IsPerSymbol)
{
    /// <summary>True when which trials there are depends on the days of the data.</summary>
    public bool HasStages => Halving is not null || WalkForward is not null;
}
