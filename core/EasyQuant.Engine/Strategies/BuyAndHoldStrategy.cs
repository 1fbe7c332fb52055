using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Buys each instrument after its first bar and never sells; tries again at later bars while nothing was bought.</summary>
/// <param name="size">How much to buy.</param>
public struct BuyAndHoldStrategy(OrderSize size) : IStrategy
{
    /// <inheritdoc />
    public readonly BarFields FieldsRead => BarFields.None;

    /// <inheritdoc />
    public void OnStart(StrategyContext context)
    {
    }

    /// <inheritdoc />
    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        if (context.Position(instrument) == 0 && !context.HasRestingOrder(instrument))
        {
            size.Buy(context, instrument);
        }
    }

    /// <inheritdoc />
    public void OnStop(StrategyContext context)
    {
    }
}
