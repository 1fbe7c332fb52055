using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>
/// Gives pseudo-random orders of all types that depend on everything a strategy can read and is told, so that the smallest difference between two engines
/// spreads. A struct that implements every member.
/// </summary>
internal struct WildStrategy(ulong seed) : IStrategy
{
    private ulong _state = seed | 1;

    public void OnStart(StrategyContext context) => Mix(context.InstrumentCount);

    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        Mix(bar.Close.Units ^ bar.Open.Units ^ bar.High.Units ^ bar.Low.Units ^ bar.Volume.Units ^ bar.PreviousClose.Units ^ bar.TradingDate.DayNumber);
        Mix(context.Equity.Units ^ context.Cash.Units ^ context.WithdrawableCash.Units);
        ReadOnlySpan<long> history = context.History(instrument, BarField.Close);
        Mix(history[^1] ^ history[0] ^ history.Length ^ context.BarCount);
        Mix(context.BarCountOf(context.InstrumentCount - 1));
        for (int i = 0; i < context.InstrumentCount; i++)
        {
            Mix(context.LastClose(i) ^ context.Position(i) ^ (context.HasRestingOrder(i) ? 1 : 0));
        }

        int orders = (int)(Next() % 3);
        for (int i = 0; i < orders; i++)
        {
            Give(context, instrument);
        }
    }

    public void OnBarsComplete(StrategyContext context)
    {
        Mix(context.EquityOf(context.AccountCount - 1).Units ^ context.BarStart.UtcTicks ^ (context.IsLastBarOfDay ? 3 : 5));
        if (Next() % 8 == 0)
        {
            int instrument = (int)(Next() % (ulong)context.InstrumentCount);
            Mix(context.SharesFor(instrument, Money.FromYuan(10_000)));
            Give(context, instrument);
        }
    }

    public void OnFill(StrategyContext context, in FillNotice fill) =>
        Mix(fill.OrderId ^ fill.Price.Units ^ fill.Quantity.Units ^ fill.Fees.Units ^ context.Cash.Units);

    public void OnOrder(StrategyContext context, in OrderNotice order)
    {
        Mix(order.OrderId ^ (long)order.State ^ order.FilledQuantity.Units);
        if (Next() % 5 == 0)
        {
            Mix(context.Cancel(order.OrderId + 1) ? 7 : 11);
        }
    }

    public void OnTick(StrategyContext context, int instrument, in Tick tick)
    {
        Mix(tick.Last.Units ^ tick.Bid.Units ^ tick.Ask.Units ^ tick.Volume.Units ^ tick.Time.UtcTicks ^ instrument);
        Mix(context.Equity.Units ^ context.Cash.Units ^ context.LastClose(instrument) ^ context.BarCount ^ context.BarCountOf(instrument));
        if (Next() % 4 == 0)
        {
            Give(context, Next() % 4 == 0 ? (int)(Next() % (ulong)context.InstrumentCount) : instrument);
        }
    }

    public void OnHeartbeat(StrategyContext context)
    {
        Mix(context.Equity.Units ^ context.TradingDate.DayNumber);
        if (Next() % 10 == 0)
        {
            Give(context, (int)(Next() % (ulong)context.InstrumentCount));
        }
    }

    public void OnStop(StrategyContext context)
    {
        if (Next() % 4 == 0)
        {
            Give(context, 0);
        }
    }

    private void Give(StrategyContext context, int instrument)
    {
        OrderSide side = (OrderSide)(Next() % 2);
        long quantity = Next() % 3 == 0 ? (long)(Next() % 5000) + 1 : ((long)(Next() % 20) + 1) * 100;
        long last = Math.Max(context.LastClose(instrument), 10_000);
        long tick = context.InstrumentAt(instrument).PriceScale == 8 ? 1_000_000 : 100;
        long near = Math.Max(tick, (last / tick * tick) + (((long)(Next() % 21) - 10) * tick * (Next() % 7 == 0 ? 30 : 1)));
        long other = Math.Max(tick, near + (((long)(Next() % 9) - 4) * tick));
        OrderRequest request = (Next() % 9) switch
        {
            0 or 1 or 2 => OrderRequest.Market(instrument, side, quantity),
            3 => OrderRequest.Limit(instrument, side, quantity, near),
            4 => OrderRequest.Stop(instrument, side, quantity, near),
            5 => OrderRequest.StopLimit(instrument, side, quantity, near, other),
            6 => Next() % 2 == 0 ? OrderRequest.TrailingStop(instrument, side, quantity, tick * 5) : OrderRequest.TrailingStopPpm(instrument, side, quantity, 30_000),
            7 => OrderRequest.OnOpen(instrument, side, quantity),
            _ => OrderRequest.OnClose(instrument, side, quantity),
        };
        request = request with
        {
            Account = (int)(Next() % (ulong)context.AccountCount),
            TimeInForce = Next() % 2 == 0 ? TimeInForce.GoodTillCancelled : (TimeInForce)(Next() % 5),
            GoodTillDate = context.TradingDate.AddDays((int)(Next() % 6)),
        };
        if (Next() % 10 == 0)
        {
            context.SubmitPair(request, OrderRequest.Limit(instrument, side, quantity, other) with { Account = request.Account });
        }
        else
        {
            Mix(context.Submit(request));
        }

        if (Next() % 12 == 0)
        {
            Mix(context.Cancel((int)(Next() % 40)) ? 13 : 17);
        }
    }

    private void Mix(long value)
    {
        _state ^= (ulong)value * 0x9E3779B97F4A7C15;
        Next();
    }

    private ulong Next()
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        _state |= _state == 0 ? 1ul : 0;
        return _state >> 11;
    }
}
