using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Changes of the input that must not change the result, or only as said.</summary>
public sealed class MetamorphicTests
{
    [Fact]
    public void DateRange_SplitWhereNothingIsHeld_GivesTheSameFills()
    {
        int splits = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            // Without dividends, whose entitlement reaches over the cut.
            MarketPanel full = FullMarket.Make(seed);
            MarketPanel panel = new(full.Calendar, full.Axis, full.Series, [.. full.Actions.Where(action => action is not CashDividend)], full.ExchangeRates);
            EngineRun whole = Run(panel, new BacktestSettings());
            if (FlatDay(panel, whole) is not { } cut)
            {
                continue;
            }

            splits++;
            EngineRun first = Run(panel, new BacktestSettings { EndDate = panel.Calendar.Days[cut] });
            EngineRun second = Run(panel, new BacktestSettings { StartDate = panel.Calendar.Days[cut + 1], InitialCash = first.Equity[^1].Cash });
            Assert.Equal(
                whole.Fills.Select(fill => fill with { OrderId = 0 }),
                first.Fills.Concat(second.Fills).Select(fill => fill with { OrderId = 0 }));
            Assert.Equal(whole.Equity.ToArray(), first.Equity.Concat(second.Equity).ToArray());
        }

        Assert.True(splits > 20, $"only {splits} splits");
    }

    [Fact]
    public void Instrument_Unrelated_ChangesNothing()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            MarketPanel panel = FullMarket.Make(seed);
            Symbol symbol = panel.Series[0].Instrument.Symbol;
            MarketPanel alone = new(
                panel.Calendar, panel.Axis, [panel.Series[0]], [.. panel.Actions.Where(action => action.Symbol == symbol)], panel.ExchangeRates);
            EngineRun among = Run(panel, new BacktestSettings());
            EngineRun single = Run(alone, new BacktestSettings());
            Assert.Equal(single.Fills.ToArray(), among.Fills.ToArray());
            Assert.Equal(single.Equity.ToArray(), among.Equity.ToArray());
        }
    }

    [Fact]
    public void RuleBook_Other_GivesWhatItSays()
    {
        MarketPanel panel = new PanelBuilder(new DateOnly(2024, 1, 8), 4).Flat("600000.SH", "10", "11.5", "11.5", "11.5").Build();
        ScriptedStrategy Script() => new((0, 0, 130), (1, 0, 130), (2, 0, -130));
        EngineRun china = ReferenceEngine.Run(panel, Script(), new BacktestSettings(), RuleBook.China, null, default);
        Assert.Equal(["price-limit.main.1996", "lot.hundred.1990", "account.position"], china.Orders.Select(order => order.BoundBy));
        RuleBook wide = new("wide", [.. RuleBook.China.Rules.Select(rule => rule switch
        {
            PriceLimitRule limit => limit with { LimitPpm = 300_000 },
            LotRule lot => lot with { Minimum = 10, Step = 10 },
            StampDutyRule stamp => stamp with { SellPpm = 10_000 },
            _ => rule,
        })]);
        EngineRun other = ReferenceEngine.Run(panel, Script(), new BacktestSettings(), wide, null, default);
        Assert.All(other.Orders, order => Assert.Equal(OrderState.Filled, order.State));
        Assert.Equal("14.95", other.Fills[^1].StampDuty.Amount.ToString());
    }

    private static EngineRun Run(MarketPanel panel, BacktestSettings settings) =>
        ReferenceEngine.Run(panel, new ByDate(), settings, RuleBook.China, null, default);

    /// <summary>A day after whose close nothing is held, nothing rests and no dividend is owed, with fills on both sides.</summary>
    private static int? FlatDay(MarketPanel panel, EngineRun run)
    {
        for (int day = panel.Calendar.Count / 3; day < panel.Calendar.Count - 5; day++)
        {
            DateOnly date = panel.Calendar.Days[day];
            bool isFlat = run.Equity[day].Equity == run.Equity[day].Cash
                && run.Fills.Where(fill => fill.TradingDate <= date).Sum(fill => fill.Side == OrderSide.Buy ? fill.Quantity.Units : -fill.Quantity.Units) == 0
                && run.Postings.All(posting => posting.TradingDate > date || posting.Shares.Units == 0);
            if (isFlat && run.Fills.Any(fill => fill.TradingDate <= date) && run.Fills.Any(fill => fill.TradingDate > date))
            {
                return day;
            }
        }

        return null;
    }

    /// <summary>Buys the first instrument on some dates and sells it on others, with orders for the day only: what it does follows from date and position.</summary>
    private readonly struct ByDate : IStrategy
    {
        public void OnStart(StrategyContext context)
        {
        }

        public void OnHeartbeat(StrategyContext context)
        {
            int key = context.TradingDate.DayNumber % 4;
            long held = context.Position(0);
            OrderRequest request = key switch
            {
                0 => OrderRequest.Market(0, OrderSide.Buy, 300),
                1 => OrderRequest.Market(0, OrderSide.Sell, held),
                2 => OrderRequest.Market(0, OrderSide.Sell, held),
                _ => default,
            };
            context.Submit(request with { TimeInForce = TimeInForce.Day });
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar)
        {
        }

        public void OnStop(StrategyContext context)
        {
        }
    }
}
