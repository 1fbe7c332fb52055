using System.Text.Json.Nodes;

namespace EasyQuant.Engine;

/// <summary>A shipped strategy with checked parameters: makes a fresh instance for every run. Immutable and thread-safe.</summary>
/// <param name="Parameters">Parameters with defaults filled in, in the order of the catalogue.</param>
public abstract record StrategyBinding(JsonObject Parameters)
{
    /// <summary>Makes a fresh strategy, boxed; <see cref="Accept"/> gives it as its own type.</summary>
    public abstract IStrategy Create();

    /// <summary>Hands the strategy to a visitor as its own type.</summary>
    /// <typeparam name="TResult">What the visit gives.</typeparam>
    /// <param name="visitor">The visitor, for example an engine.</param>
    public abstract TResult Accept<TResult>(IStrategyVisitor<TResult> visitor);

    /// <summary>Binds a factory.</summary>
    internal static StrategyBinding Of<TStrategy>(JsonObject parameters, Func<TStrategy> create)
        where TStrategy : IStrategy => new Typed<TStrategy>(parameters, create);

    private sealed record Typed<TStrategy>(JsonObject Parameters, Func<TStrategy> Factory) : StrategyBinding(Parameters)
        where TStrategy : IStrategy
    {
        public override IStrategy Create() => Factory();

        public override TResult Accept<TResult>(IStrategyVisitor<TResult> visitor) => visitor.Visit(Factory);
    }
}
