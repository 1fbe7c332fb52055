using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Gives pseudo-random orders of every type, cancels some and exchanges cash; depends on the seed and on what it has been shown only.</summary>
internal struct FullTrader(ulong seed) : IStrategy
{
    private ulong _state = (seed * 2654435761) | 1;

    public readonly void OnStart(StrategyContext context)
    {
    }

    public void OnHeartbeat(StrategyContext context)
    {
        if (Next(8) == 0)
        {
            Give(context, (int)Next((ulong)context.InstrumentCount), 100_000);
        }

        if (Next(6) == 0)
        {
            context.TryExchange((int)Next((ulong)context.AccountCount), Next(3) == 0 ? "USD" : "CNY", Next(2) == 0 ? "USD" : "CNY", new Money((long)Next(100_000_000) + 1));
        }
    }

    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        _state ^= (ulong)bar.Close.Units ^ ((ulong)context.Equity.Units << 7);
        for (ulong orders = Next(4); orders > 0; orders--)
        {
            Give(context, instrument, bar.Close.Units);
        }

        if (Next(5) == 0)
        {
            context.Cancel((int)Next(200));
        }
    }

    public void OnFill(StrategyContext context, in FillNotice fill) => _state += (ulong)fill.Fees.Units;

    public void OnOrder(StrategyContext context, in OrderNotice order)
    {
        _state += (ulong)order.FilledQuantity.Units;
        if (order.State == OrderState.Rejected && Next(10) == 0)
        {
            context.Sell(order.Instrument, 100);
        }
    }

    public readonly void OnStop(StrategyContext context)
    {
    }

    private void Give(StrategyContext context, int instrument, long price)
    {
        long unit = ScaledDecimal.PowerOfTen(context.InstrumentAt(instrument).PriceScale - 4);
        int account = (int)Next((ulong)context.AccountCount);
        OrderSide side = Next(2) == 0 ? OrderSide.Buy : OrderSide.Sell;
        long quantity = Next(5) == 0 ? Math.Abs(context.PositionOf(account, instrument)) : (long)Next(1500) + 1;
        long near = Math.Max(100, (price / (100 * unit)) + (long)Next(60) - 30) * 100 * unit;
        long far = Math.Max(100, (price / (100 * unit)) + (long)Next(60) - 30) * 100 * unit;
        OrderRequest request = Next(8) switch
        {
            0 => OrderRequest.Limit(instrument, side, quantity, near),
            1 => OrderRequest.Stop(instrument, side, quantity, near),
            2 => OrderRequest.StopLimit(instrument, side, quantity, near, far),
            3 => OrderRequest.TrailingStop(instrument, side, quantity, ((long)Next(40) + 1) * 100 * unit),
            4 => OrderRequest.TrailingStopPpm(instrument, side, quantity, ((long)Next(9) + 1) * 10_000),
            5 => OrderRequest.OnOpen(instrument, side, quantity),
            6 => OrderRequest.OnClose(instrument, side, quantity),
            _ => OrderRequest.Market(instrument, side, quantity),
        };
        request = request with
        {
            Account = account,
            TimeInForce = (TimeInForce)Next(5),
            GoodTillDate = context.TradingDate.AddDays((int)Next(6)),
        };
        if (quantity > 0 && Next(4) == 0)
        {
            context.SubmitPair(request, OrderRequest.Limit(instrument, side, quantity, far) with { Account = account });
        }
        else
        {
            context.Submit(request);
        }
    }

    private ulong Next(ulong bound)
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return (_state >> 11) % bound;
    }
}
