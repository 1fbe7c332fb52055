using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// An order as a strategy gives it. The static members make the usual ones; <c>with</c> changes time in force, account and so on:
/// <c>OrderRequest.Limit(i, OrderSide.Buy, 100, price) with { TimeInForce = TimeInForce.Day }</c>.
/// </summary>
public readonly record struct OrderRequest
{
    /// <summary>Index of the instrument, 0 to <see cref="StrategyContext.InstrumentCount"/> - 1.</summary>
    public int Instrument { get; init; }

    /// <summary>Index of the account; default 0.</summary>
    public int Account { get; init; }

    /// <summary>Direction.</summary>
    public OrderSide Side { get; init; }

    /// <summary>Quantity units, at least 1; an order of 0 is rejected. See <see cref="StrategyContext.ToQuantity"/>.</summary>
    public long Quantity { get; init; }

    /// <summary>What makes it fill. Default market.</summary>
    public OrderType Type { get; init; }

    /// <summary>How long it rests. Default good till cancelled.</summary>
    public TimeInForce TimeInForce { get; init; }

    /// <summary>Last day in force, included, for <see cref="TimeInForce.GoodTillDate"/>.</summary>
    public DateOnly GoodTillDate { get; init; }

    /// <summary>Worst price of a limit or stop-limit order in price units, above 0.</summary>
    public long LimitPrice { get; init; }

    /// <summary>Trigger of a stop or stop-limit order in price units, above 0.</summary>
    public long StopPrice { get; init; }

    /// <summary>Distance of a trailing stop in price units; 0 when <see cref="TrailPpm"/> is given.</summary>
    public long TrailAmount { get; init; }

    /// <summary>Distance of a trailing stop in millionths of the best price, 1 to 999,999; 0 when <see cref="TrailAmount"/> is given.</summary>
    public long TrailPpm { get; init; }

    /// <summary>A market order.</summary>
    public static OrderRequest Market(int instrument, OrderSide side, long quantity) =>
        new() { Instrument = instrument, Side = side, Quantity = quantity };

    /// <summary>A limit order.</summary>
    public static OrderRequest Limit(int instrument, OrderSide side, long quantity, long limitPrice) =>
        new() { Instrument = instrument, Side = side, Quantity = quantity, Type = OrderType.Limit, LimitPrice = limitPrice };

    /// <summary>A stop order.</summary>
    public static OrderRequest Stop(int instrument, OrderSide side, long quantity, long stopPrice) =>
        new() { Instrument = instrument, Side = side, Quantity = quantity, Type = OrderType.Stop, StopPrice = stopPrice };

    /// <summary>A stop-limit order.</summary>
    public static OrderRequest StopLimit(int instrument, OrderSide side, long quantity, long stopPrice, long limitPrice) =>
        new() { Instrument = instrument, Side = side, Quantity = quantity, Type = OrderType.StopLimit, StopPrice = stopPrice, LimitPrice = limitPrice };

    /// <summary>A trailing stop at a distance in price units.</summary>
    public static OrderRequest TrailingStop(int instrument, OrderSide side, long quantity, long trailAmount) =>
        new() { Instrument = instrument, Side = side, Quantity = quantity, Type = OrderType.TrailingStop, TrailAmount = trailAmount };

    /// <summary>A trailing stop at a distance in millionths of the best price.</summary>
    public static OrderRequest TrailingStopPpm(int instrument, OrderSide side, long quantity, long trailPpm) =>
        new() { Instrument = instrument, Side = side, Quantity = quantity, Type = OrderType.TrailingStop, TrailPpm = trailPpm };

    /// <summary>An order for the opening auction.</summary>
    public static OrderRequest OnOpen(int instrument, OrderSide side, long quantity) =>
        new() { Instrument = instrument, Side = side, Quantity = quantity, Type = OrderType.MarketOnOpen };

    /// <summary>An order for the closing auction.</summary>
    public static OrderRequest OnClose(int instrument, OrderSide side, long quantity) =>
        new() { Instrument = instrument, Side = side, Quantity = quantity, Type = OrderType.MarketOnClose };
}
