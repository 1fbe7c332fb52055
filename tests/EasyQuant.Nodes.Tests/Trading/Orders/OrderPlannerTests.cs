using EasyQuant.Domain;
using EasyQuant.Nodes.Trading;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Nodes.Tests.Trading.Orders;

public sealed class OrderPlannerTests
{
    private static readonly string[] s_codes = ["600000.SH", "600001.SH", "000001.SZ", "300001.SZ", "688001.SH", "920001.BJ", "510300.SH", "AAPL.US"];

    [Fact]
    public void Plan_AnyMarket_KeepsToCashHoldingsAndLots() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        (OrderTerms terms, Dictionary<Symbol, long> prices, List<(Symbol Symbol, long Target)> targets, bool areWeights, List<KeyValuePair<Symbol, HeldPosition>> positions) = Case(seed);
        OrderPlan plan = new OrderPlanner(terms, prices).Plan(targets, areWeights, positions);
        OrderPlan again = new OrderPlanner(terms, prices).Plan(targets, areWeights, positions);
        Assert.Equal(plan.Orders, again.Orders);
        Assert.Equal(plan.Left, again.Left);

        var held = positions.ToDictionary(p => p.Key, p => p.Value);
        Int128 spent = 0;
        foreach (PlannedOrder order in plan.Orders)
        {
            HeldPosition position = held.GetValueOrDefault(order.Symbol);
            LotRule lot = terms.Lot(order.Symbol);
            Assert.True(order.Quantity > 0);
            if (order.Side == OrderSide.Sell)
            {
                Assert.True(order.Quantity <= position.Sellable);
                Assert.Equal(order.Quantity, lot.FloorSell(order.Quantity, position.Quantity));
            }
            else
            {
                Assert.Equal(order.Quantity, lot.FloorBuy(order.Quantity));
                Int128 cost = ((order.Value * terms.CostPpm) + 999_999) / 1_000_000;
                spent += order.Value + Int128.Max(cost, terms.LeastCost);
            }
        }

        Assert.True(spent <= terms.Cash);
        Assert.True(plan.Orders.Count <= terms.OrdersMax);
        Assert.Equal(plan.Orders.Count, plan.Orders.Select(o => o.Symbol).Distinct().Count());
        int firstBuy = plan.Orders.Select((order, i) => (order, i)).Where(o => o.order.Side == OrderSide.Buy).Select(o => o.i).DefaultIfEmpty(plan.Orders.Count).First();
        Assert.All(plan.Orders.Skip(firstBuy), order => Assert.Equal(OrderSide.Buy, order.Side));
        return true;
    }).QuickCheckThrowOnFailure();

    private static (OrderTerms, Dictionary<Symbol, long>, List<(Symbol, long)>, bool, List<KeyValuePair<Symbol, HeldPosition>>) Case(int seed)
    {
        Random random = new(seed);
        Symbol[] symbols = [.. s_codes.Select(Symbol.Parse)];
        bool areWeights = random.Next(2) == 0;
        List<(Symbol, long)> targets = [.. symbols.Where(_ => random.Next(4) > 0).Select(s => (s, areWeights ? random.NextInt64(OrderPlanner.WeightOne / 8) : random.NextInt64(5000)))];
        List<KeyValuePair<Symbol, HeldPosition>> positions = [.. symbols.Where(_ => random.Next(3) > 0).Select(s =>
        {
            long quantity = random.NextInt64(4000);
            return KeyValuePair.Create(s, new HeldPosition(quantity, random.Next(2) == 0 ? quantity : random.NextInt64(quantity + 1)));
        })];
        OrderTerms terms = new()
        {
            Cash = random.NextInt64(1_000_000_000),
            BufferPpm = random.Next(3) == 0 ? random.NextInt64(1_000_001) : 0,
            CostPpm = random.NextInt64(5000),
            LeastCost = random.NextInt64(60_000),
            MinimumValue = random.NextInt64(3) == 0 ? random.NextInt64(100_000_000) : 0,
            OrdersMax = random.Next(1, 10),
            CloseOthers = random.Next(2) == 0,
            Price = (OrderPriceKind)random.Next(2),
            OffsetBps = random.Next(200),
            OffsetTicks = random.Next(5),
            Date = new DateOnly(2024, 6, 3),
            Rules = RuleBook.China,
        };
        return (terms, symbols.ToDictionary(s => s, _ => random.NextInt64(1, 500_000)), targets, areWeights, positions);
    }
}
