using System.Text.Json.Nodes;
using EasyQuant.Engine;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>Binds one run to one guarded strategy, whose faults are read after it.</summary>
/// <param name="Parameters">Parameters with defaults filled in.</param>
/// <param name="Strategy">The strategy; serves one run.</param>
internal sealed record GuardedBinding(JsonObject Parameters, GuardedStrategy Strategy) : StrategyBinding(Parameters)
{
    /// <inheritdoc />
    public override IStrategy Create() => Strategy;

    /// <inheritdoc />
    public override TResult Accept<TResult>(IStrategyVisitor<TResult> visitor) => visitor.Visit(() => Strategy);
}
