using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Whether a bar lets an order trade, and at which price before slippage. Pure functions. Inside a bar only its four prices are known;
/// each ambiguity is read against the order: a limit needs the price to go through it, a trailing stop follows the best price only after the bar.
/// </summary>
internal static class OrderPricing
{
    /// <summary>Returns true when the order trades at the bar.</summary>
    /// <param name="order">The order; a stop-limit order is marked when its stop is reached, a trailing stop gets its trigger.</param>
    /// <param name="bar">The bar.</param>
    /// <param name="settings">Fill rules.</param>
    /// <param name="valueDivisor">Price x quantity over this is money.</param>
    /// <param name="price">The price, 0 when the order does not trade.</param>
    public static bool Trades(ref OrderEntry order, in BarPrices bar, BacktestSettings settings, long valueDivisor, out long price)
    {
        switch (order.Type)
        {
            case OrderType.Market:
                return TradesAtMarket(bar, settings.FillRule, valueDivisor, out price);
            case OrderType.MarketOnOpen:
                price = bar.Open;
                return bar.IsFirstOfDay && bar.IsAuction;
            case OrderType.MarketOnClose:
                price = bar.Close;
                return bar.IsLastOfDay && bar.IsAuction;
            case OrderType.Limit:
                return ReachesLimit(order.Side, order.LimitPrice, bar, settings.LimitFillRule, out price);
            case OrderType.Stop:
                return ReachesStop(order.Side, order.StopPrice, bar, out price);
            case OrderType.TrailingStop:
                return ReachesTrail(ref order, bar, out price);
            default:
                return ReachesStopLimit(ref order, bar, settings.LimitFillRule, out price);
        }
    }

    /// <summary>True for orders that take any price: they slip, and a closed price limit rejects them.</summary>
    public static bool IsTaker(OrderType type) => type is not (OrderType.Limit or OrderType.StopLimit);

    /// <summary>True when a stop of the order would be reached inside the bar.</summary>
    public static bool WouldStop(in OrderEntry order, in BarPrices bar) => order.Type switch
    {
        OrderType.Stop => ReachesStop(order.Side, order.StopPrice, bar, out _),
        OrderType.StopLimit => !order.IsTriggered && ReachesStop(order.Side, order.StopPrice, bar, out _),
        OrderType.TrailingStop => order.Watermark > 0 && ReachesStop(order.Side, TrailPrice(order), bar, out _),
        _ => false,
    };

    private static bool TradesAtMarket(in BarPrices bar, FillRule rule, long valueDivisor, out long price)
    {
        price = rule switch
        {
            FillRule.NextClose or FillRule.SameClose => bar.Close,
            FillRule.NextVwap when bar.Volume > 0 => ScaledMath.MulDivHalfUp(bar.Amount, valueDivisor, bar.Volume),
            FillRule.NextVwap => bar.Close,
            _ => bar.Open,
        };
        return rule != FillRule.NextAuction || (bar.IsFirstOfDay && bar.IsAuction);
    }

    private static bool ReachesLimit(OrderSide side, long limit, in BarPrices bar, LimitFillRule rule, out long price)
    {
        if (side == OrderSide.Buy)
        {
            price = Math.Min(bar.Open, limit);
            return bar.Open <= limit || bar.Low < limit || (rule == LimitFillRule.Touch && bar.Low == limit);
        }

        price = Math.Max(bar.Open, limit);
        return bar.Open >= limit || bar.High > limit || (rule == LimitFillRule.Touch && bar.High == limit);
    }

    private static bool ReachesStop(OrderSide side, long stop, in BarPrices bar, out long price)
    {
        if (side == OrderSide.Buy)
        {
            price = Math.Max(bar.Open, stop);
            return bar.High >= stop;
        }

        price = Math.Min(bar.Open, stop);
        return bar.Low <= stop;
    }

    private static bool ReachesTrail(ref OrderEntry order, in BarPrices bar, out long price)
    {
        if (order.Watermark == 0)
        {
            order.Watermark = bar.Open;
        }

        order.StopPrice = TrailPrice(order);
        if (ReachesStop(order.Side, order.StopPrice, bar, out price))
        {
            return true;
        }

        order.Watermark = order.Side == OrderSide.Sell ? Math.Max(order.Watermark, bar.High) : Math.Min(order.Watermark, bar.Low);
        order.StopPrice = TrailPrice(order);
        return false;
    }

    private static long TrailPrice(in OrderEntry order)
    {
        long distance = order.TrailAmount > 0 ? order.TrailAmount : ScaledMath.MulDivHalfUp(order.Watermark, order.TrailPpm, 1_000_000);
        return order.Side == OrderSide.Sell ? Math.Max(1, order.Watermark - distance) : checked(order.Watermark + distance);
    }

    /// <summary>A stop reached at the open acts as a limit from the open on; one reached inside the bar trades at the stop when the limit allows it, else it rests as a limit.</summary>
    private static bool ReachesStopLimit(ref OrderEntry order, in BarPrices bar, LimitFillRule rule, out long price)
    {
        if (!order.IsTriggered)
        {
            if (!ReachesStop(order.Side, order.StopPrice, bar, out price))
            {
                return false;
            }

            order.IsTriggered = true;
            if (price != bar.Open)
            {
                return order.Side == OrderSide.Buy ? price <= order.LimitPrice : price >= order.LimitPrice;
            }
        }

        return ReachesLimit(order.Side, order.LimitPrice, bar, rule, out price);
    }
}
