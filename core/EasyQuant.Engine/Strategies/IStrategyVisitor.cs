namespace EasyQuant.Engine;

/// <summary>Takes a shipped strategy as its own type, so that an engine can be generic over it.</summary>
/// <typeparam name="TResult">What the visit gives.</typeparam>
public interface IStrategyVisitor<out TResult>
{
    /// <summary>Called once with a factory of the strategy.</summary>
    /// <typeparam name="TStrategy">The strategy's type, a struct.</typeparam>
    /// <param name="create">Makes a fresh strategy; thread-safe.</param>
    TResult Visit<TStrategy>(Func<TStrategy> create)
        where TStrategy : IStrategy;
}
