using System.Runtime.CompilerServices;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Takes orders from the strategy: refuses what is no order, rejects what the exchange would, and lets the rest rest.</summary>
internal sealed class OrderDesk(TradingCore core)
{
    private readonly int _instrumentCount = core.Panel.Series.Length;

    /// <summary>Gives an order and returns its number, from 1. One of a quantity of 0 is given and rejected.</summary>
    public int Submit(in OrderRequest request, bool isForced)
    {
        Check(request);
        return Give(request, isForced) + 1;
    }

    /// <summary>Gives a market order for account 0: what <see cref="Submit"/> does, without the steps that such an order does not need.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int SubmitMarket(int instrument, OrderSide side, long quantity)
    {
        if ((uint)instrument >= (uint)_instrumentCount || quantity is <= 0 or long.MaxValue || core.IsGone(instrument))
        {
            return Submit(OrderRequest.Market(instrument, side, quantity), isForced: false);
        }

        ref OrderEntry entry = ref core.Orders.SubmitBlank(instrument);
        entry.Side = side;
        entry.Quantity = quantity;
        entry.SubmitBar = core.SubmitBar;
        entry.SubmitTick = core.SubmitTick;
        return core.Orders.Count;
    }

    /// <summary>Gives two orders of which the first to fill cancels the other.</summary>
    public (int First, int Second) SubmitPair(in OrderRequest first, in OrderRequest second)
    {
        Check(first);
        Check(second);
        OrderChecks.CheckPair(first, second);
        int one = Give(first, false);
        int other = Give(second, false);
        core.Orders[one].Pair = other;
        core.Orders[other].Pair = one;
        return (one + 1, other + 1);
    }

    /// <summary>Cancels a resting order; false when there is none.</summary>
    public bool Cancel(int orderId)
    {
        if (orderId < 1 || orderId > core.Orders.Count || core.Orders[orderId - 1].State != OrderState.Resting || core.Orders[orderId - 1].IsForced)
        {
            return false;
        }

        core.Orders.End(orderId - 1, OrderState.Cancelled, BoundReasons.Cancelled);
        return true;
    }

    private int Give(in OrderRequest request, bool isForced)
    {
        OrderEntry entry = new()
        {
            Instrument = request.Instrument,
            Account = request.Account,
            Side = request.Side,
            Quantity = request.Quantity,
            Type = request.Type,
            TimeInForce = request.TimeInForce,
            LimitPrice = request.LimitPrice,
            StopPrice = request.StopPrice,
            TrailAmount = request.TrailAmount,
            TrailPpm = request.TrailPpm,
            Watermark = request.Type == OrderType.TrailingStop ? core.Ledger.LastPrice(request.Instrument) : 0,
            SubmitBar = core.SubmitBar,
            SubmitTick = core.SubmitTick,
            ExpireDay = request.TimeInForce is TimeInForce.Day or TimeInForce.GoodTillDate ? ExpireDay(request) : int.MaxValue,
            Pair = -1,
            IsForced = isForced,
        };
        if (request.Quantity == 0)
        {
            return core.Orders.SubmitRejected(entry, BoundReasons.Quantity);
        }

        if (OffTick(request) is { } source)
        {
            return core.Orders.SubmitRejected(entry, source);
        }

        if (core.IsGone(request.Instrument))
        {
            return core.Orders.SubmitRejected(entry, BoundReasons.Delisted);
        }

        return core.Orders.Submit(entry);
    }

    private int ExpireDay(in OrderRequest request)
    {
        if (request.TimeInForce == TimeInForce.Day)
        {
            int next = core.Bar + 1;
            return next < core.Panel.Axis.Count ? core.Panel.Axis.Days.Span[next] : core.Day;
        }

        return RunPeriod.IndexFrom(core.Panel.Calendar, request.GoodTillDate.AddDays(1)) - 1;
    }

    /// <summary>The row of the tick that a price of the order is not on; null when all are.</summary>
    private string? OffTick(in OrderRequest request)
    {
        if (request.LimitPrice == 0 && request.StopPrice == 0)
        {
            return null;
        }

        TradingTerms terms = core.Terms.Of(request.Instrument, core.Day);
        return terms.Tick > 1 && (request.LimitPrice % terms.Tick != 0 || request.StopPrice % terms.Tick != 0) ? terms.TickSource : null;
    }

    private void Check(in OrderRequest request)
    {
        OrderChecks.CheckPlace(request, _instrumentCount, core.Accounts.Length);
        OrderChecks.CheckNumbers(request, core.Panel.Series[request.Instrument].Instrument);
    }
}
