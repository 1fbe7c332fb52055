using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Gives market orders at the close of set days; a sale of a long trade is cut to what is held.</summary>
internal struct ReplayStrategy(IReadOnlyList<ReplayStrategy.Step> steps) : IStrategy
{
    private int _next = 0;

    public readonly BarFields FieldsRead => BarFields.None;

    public readonly void OnStart(StrategyContext context)
    {
    }

    public readonly void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
    }

    public void OnBarsComplete(StrategyContext context)
    {
        if (!context.IsLastBarOfDay)
        {
            return;
        }

        for (; _next < steps.Count && steps[_next].Date <= context.TradingDate; _next++)
        {
            Step step = steps[_next];
            long quantity = step.IsExit ? Math.Min(step.Quantity, Math.Abs(context.Position(step.Instrument))) : step.Quantity;
            _ = quantity == 0 ? 0 : step.Side == OrderSide.Buy ? context.Buy(step.Instrument, quantity) : context.Sell(step.Instrument, quantity);
        }
    }

    public readonly void OnStop(StrategyContext context)
    {
    }

    /// <summary>One order; ascending by date.</summary>
    internal readonly record struct Step(DateOnly Date, int Instrument, OrderSide Side, long Quantity, bool IsExit);
}
