using EasyQuant.Domain;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>
/// Turns targets into orders: sells first, then buys in the order of the targets, each within what is left of the cash. Exact integers; the same input
/// gives the same orders. Proceeds of the sells are not spent: they are not there yet.
/// </summary>
internal sealed class OrderPlanner(OrderTerms terms, IReadOnlyDictionary<Symbol, long> prices)
{
    /// <summary>A weight of 1.</summary>
    public const long WeightOne = 1_000_000_000;

    private const long Million = 1_000_000;
    private readonly List<PlannedOrder> _sells = [];
    private readonly List<PlannedOrder> _buys = [];
    private readonly List<(Symbol, string)> _left = [];
    private Int128 _budget;

    /// <summary>Makes the plan; call once.</summary>
    /// <param name="targets">Each symbol once, with its weight in units of 1e-9 or its quantity.</param>
    /// <param name="areWeights">Whether the targets are weights.</param>
    /// <param name="positions">Each symbol once, in order.</param>
    /// <exception cref="NodeException"><c>ORDER_PRICE_MISSING</c>, <c>ORDER_VALUE_INVALID</c>: an amount is too large.</exception>
    public OrderPlan Plan(IReadOnlyList<(Symbol Symbol, long Target)> targets, bool areWeights, IReadOnlyList<KeyValuePair<Symbol, HeldPosition>> positions)
    {
        var held = positions.ToDictionary(p => p.Key, p => p.Value);
        long equity = terms.Equity ?? Equity(areWeights || terms.BufferPpm > 0, positions);
        long buffer = (long)((Int128)equity * terms.BufferPpm / Million);
        _budget = Math.Max(0, terms.Cash - buffer);
        foreach ((Symbol symbol, long target) in targets)
        {
            long price = PriceOf(symbol);
            Int128 wanted = areWeights ? (Int128)(equity - buffer) * target / WeightOne / price : target;
            if (wanted > long.MaxValue / 4)
            {
                throw new NodeException("ORDER_VALUE_INVALID", $"targets: {symbol} would need more than {long.MaxValue / 4} shares.");
            }

            Decide(symbol, price, (long)wanted, held.GetValueOrDefault(symbol));
        }

        if (terms.CloseOthers)
        {
            var named = targets.Select(t => t.Symbol).ToHashSet();
            foreach ((Symbol symbol, HeldPosition position) in positions.Where(p => !named.Contains(p.Key)))
            {
                Decide(symbol, PriceOf(symbol), 0, position);
            }
        }

        return Bound(equity);
    }

    // The last buys go first when there are too many orders, and their money is free again.
    private OrderPlan Bound(long equity)
    {
        List<PlannedOrder> orders = [.. _sells, .. _buys];
        foreach (PlannedOrder dropped in orders.Skip(terms.OrdersMax))
        {
            _left.Add((dropped.Symbol, "orders_max"));
            _budget += dropped.Side == OrderSide.Buy ? Needed(dropped) : 0;
        }

        return new OrderPlan([.. orders.Take(terms.OrdersMax)], _left, equity, (long)_budget);
    }

    private long Equity(bool isNeeded, IReadOnlyList<KeyValuePair<Symbol, HeldPosition>> positions)
    {
        Int128 equity = terms.Cash;
        foreach ((Symbol symbol, HeldPosition position) in isNeeded ? positions : [])
        {
            equity += position.Quantity == 0 ? 0 : (Int128)PriceOf(symbol) * position.Quantity;
        }

        return equity <= long.MaxValue / 4
            ? (long)equity
            : throw new NodeException("ORDER_VALUE_INVALID", "The equity is larger than 230 trillion.");
    }

    private long PriceOf(Symbol symbol) => prices.TryGetValue(symbol, out long price)
        ? price
        : throw new NodeException("ORDER_PRICE_MISSING", $"prices: there is no row for {symbol}.");

    private void Decide(Symbol symbol, long price, long wanted, HeldPosition held)
    {
        if (wanted < held.Quantity)
        {
            Sell(symbol, price, held.Quantity - wanted, held);
        }
        else if (wanted > held.Quantity)
        {
            Buy(symbol, price, wanted - held.Quantity);
        }
    }

    private void Sell(Symbol symbol, long price, long surplus, HeldPosition held)
    {
        long possible = Math.Min(surplus, held.Sellable);
        long quantity = terms.Lot(symbol).FloorSell(possible, held.Quantity);
        if (quantity == 0)
        {
            _left.Add((symbol, held.Sellable == 0 ? "not_sellable" : "below_lot"));
            return;
        }

        string reason = quantity == held.Quantity ? "close" : possible < surplus ? "cut_to_sellable" : "reduce";
        Keep(_sells, new PlannedOrder(symbol, OrderSide.Sell, quantity, price, Limit(symbol, price, isBuy: false), reason));
    }

    private void Buy(Symbol symbol, long price, long missing)
    {
        LotRule lot = terms.Lot(symbol);
        long wanted = lot.FloorBuy(missing);
        if (wanted == 0)
        {
            _left.Add((symbol, "below_lot"));
            return;
        }

        long? limit = Limit(symbol, price, isBuy: true);
        long quantity = lot.FloorBuy((long)Int128.Min(wanted, Affordable(limit ?? price)));
        if (quantity == 0)
        {
            _left.Add((symbol, "no_cash"));
            return;
        }

        var order = new PlannedOrder(symbol, OrderSide.Buy, quantity, price, limit, quantity < wanted ? "cut_to_cash" : "increase");
        if (Keep(_buys, order))
        {
            _budget -= Needed(order);
        }
    }

    private bool Keep(List<PlannedOrder> orders, PlannedOrder order)
    {
        if (order.Value < terms.MinimumValue && order.Reason != "close")
        {
            _left.Add((order.Symbol, "below_value"));
            return false;
        }

        orders.Add(order);
        return true;
    }

    // value + max(value * rate rounded up, least) <= budget holds just when both sums are within the budget.
    private Int128 Affordable(long price)
    {
        Int128 byRate = _budget * Million / ((Int128)price * (Million + terms.CostPpm));
        return Int128.Max(0, Int128.Min(byRate, (_budget - terms.LeastCost) / price));
    }

    private Int128 Needed(PlannedOrder order)
    {
        Int128 cost = ((order.Value * terms.CostPpm) + Million - 1) / Million;
        return order.Value + Int128.Max(cost, terms.LeastCost);
    }

    // Rounded to the tick so that the limit is never worse than asked for; a sell never goes below one tick.
    private long? Limit(Symbol symbol, long price, bool isBuy)
    {
        if (terms.Price == OrderPriceKind.Market)
        {
            return null;
        }

        long tick = terms.Tick(symbol);
        Int128 offset = ((Int128)price * terms.OffsetBps / 10_000) + ((Int128)tick * terms.OffsetTicks);
        Int128 limit = isBuy ? (price + offset) / tick * tick : (price - offset + tick - 1) / tick * tick;
        return (long)Int128.Max(tick, limit);
    }
}
