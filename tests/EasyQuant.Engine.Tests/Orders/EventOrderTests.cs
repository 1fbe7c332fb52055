using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>The order of events of docs/adr/0007, bars of minutes, and named errors.</summary>
public sealed class EventOrderTests
{
    private static readonly DateOnly s_monday = new(2024, 1, 8);

    [Fact]
    public void Events_TwoDaysOfTwoBars_ComeInTheOrderOfTheDecision()
    {
        Diary diary = new();
        ReferenceEngine.Run(Minutes("10 10 10 10"), diary, new BacktestSettings { ExchangeRules = false }, RuleBook.China, null, default);
        Assert.Equal(
            [
                "start", "day 2024-01-08 bars 0", "bar 10:00 position 0", "complete", "fill", "order Filled", "bar 11:00 position 100", "complete",
                "day 2024-01-09 bars 2", "bar 10:00 position 100", "complete", "bar 11:00 position 100", "complete", "stop",
            ],
            diary.Lines);
    }

    [Fact]
    public void AuctionOrders_Minutes_WaitForFirstAndLastBar()
    {
        MarketPanel panel = Minutes("10 10.10 10.20 10.30");
        EngineRun open = Run(panel, OrderRequest.OnOpen(0, OrderSide.Buy, 100));
        EngineRun close = Run(panel, OrderRequest.OnClose(0, OrderSide.Buy, 100));
        Assert.Equal("10.2", open.Fills[0].Price.ToString());
        Assert.Equal("10.1", close.Fills[0].Price.ToString());
        Assert.Equal(new DateTimeOffset(2024, 1, 8, 11, 0, 0, TimeSpan.Zero), close.Fills[0].BarStart);
    }

    [Fact]
    public void DayOrder_Minutes_EndsWithTheDayOfTheNextBar()
    {
        OrderRequest request = OrderRequest.Limit(0, OrderSide.Buy, 100, 95_000) with { TimeInForce = TimeInForce.Day };
        EngineRun run = Run(Minutes("10 10 9 9"), request);
        Assert.Equal((OrderState.Expired, "order.time-in-force"), (run.Orders[0].State, run.Orders[0].BoundBy));
    }

    [Fact]
    public void Suspended_DayWithBars_DoesNotTrade()
    {
        MarketPanel panel = new PanelBuilder(s_monday, 4).Flat("600000.SH", "10", "10", "10", "10").Build();
        InstrumentBars series = panel.Series[0];
        InstrumentBars suspended = new()
        {
            Instrument = series.Instrument, Open = series.Open, High = series.High, Low = series.Low, Close = series.Close, Volume = series.Volume,
            Suspended = new byte[] { 0, 1, 1, 0 },
        };
        EngineRun run = ReferenceEngine.Run(
            MarketPanel.Daily(panel.Calendar, [suspended]), new ScriptedStrategy((0, 0, 100)), new BacktestSettings(), RuleBook.China, null, default);
        Assert.Equal(panel.Calendar.Days[3], Assert.Single(run.Fills).TradingDate);
    }

    [Theory]
    [InlineData("2022-03-01", "14.3", true)]
    [InlineData("2022-03-01", "14.4", false)]
    [InlineData("2024-01-08", "20", true)]
    public void NewListing_MainBoard_HasTheLimitOfItsDay(string listed, string open, bool fills)
    {
        // The first day's order is given before the open against the issue price of 10.
        DateOnly first = DateOnly.ParseExact(listed, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        long price = Price.Parse(open).Units;
        TradingCalendar calendar = TradingCalendar.FromDays([first, first.AddDays(1)]);
        InstrumentBars series = new()
        {
            Instrument = Instrument.FromSymbol(Symbol.Parse("600000.SH")) with { ListDate = first },
            Open = new[] { price, price }, High = new[] { price, price }, Low = new[] { price, price }, Close = new[] { price, price },
            Volume = new long[] { 100_000, 100_000 },
            PreviousClose = new[] { 100_000, price },
        };
        EngineRun run = ReferenceEngine.Run(
            MarketPanel.Daily(calendar, [series]), new AtTheFirstHeartbeat(), new BacktestSettings(), RuleBook.China, null, default);
        Assert.Equal(fills, run.Fills.Length == 1);
        Assert.Equal(fills ? null : "new-listing.main.2014", run.Orders[0].BoundBy);
    }

    [Fact]
    public void Orders_BeyondTheBound_EndTheRun()
    {
        BacktestException failure = Assert.Throws<BacktestException>(() => ReferenceEngine.Run(
            Minutes("10 10 10 10"), new ScriptedStrategy((0, 0, 100), (1, 0, 100), (2, 0, 100)), new BacktestSettings { OrderCountMax = 2 }, RuleBook.China, null, default));
        Assert.Equal("ORDER_LIMIT_EXCEEDED", failure.Reason);
    }

    [Fact]
    public void Vwap_WithoutAmounts_IsRefused()
    {
        BacktestParameterException failure = Assert.Throws<BacktestParameterException>(() => ReferenceEngine.Run(
            Minutes("10 10 10 10"), new ScriptedStrategy(), new BacktestSettings { FillRule = FillRule.NextVwap }, RuleBook.China, null, default));
        Assert.Equal("AMOUNT_MISSING", failure.Errors[0].Reason);
    }

    [Fact]
    public void Amounts_BeyondTheRange_EndTheRun()
    {
        MarketPanel panel = new PanelBuilder(s_monday, 3).Add("AAPL.US", [0, 1, 2], [10_000, 10_000, long.MaxValue / 8]).Build();
        InstrumentBars home = panel.Series[0];
        MarketPanel dear = MarketPanel.Daily(panel.Calendar, [new InstrumentBars
        {
            Instrument = home.Instrument, Open = home.Open, High = home.High, Low = home.Low, Close = home.Close, Volume = home.Volume,
        }]);
        BacktestException failure = Assert.Throws<BacktestException>(() => ReferenceEngine.Run(
            dear, new ScriptedStrategy((0, 0, 1000)), new BacktestSettings { ExchangeRules = false }, RuleBook.China, null, default));
        Assert.Equal("AMOUNT_TOO_LARGE", failure.Reason);
        Assert.Contains("2024-01-10", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e19)]
    public void Quantity_NotANumber_IsRefused(double shares) => Assert.Throws<ArgumentOutOfRangeException>(() => Quantity.FromDouble(shares));

    private static EngineRun Run(MarketPanel panel, OrderRequest request) => ReferenceEngine.Run(
        panel, new GivesAfterFirstBar(request), new BacktestSettings { ExchangeRules = false }, RuleBook.China, null, default);

    /// <summary>Two days of two bars at 10:00 and 11:00 UTC, flat at the prices.</summary>
    private static MarketPanel Minutes(string prices)
    {
        long[] units = [.. prices.Split(' ').Select(text => Price.Parse(text).Units)];
        TradingCalendar calendar = TradingCalendar.FromDays([s_monday, s_monday.AddDays(1)]);
        long[] starts = [.. units.Select((_, t) => new DateTimeOffset(2024, 1, 8 + (t / 2), 10 + (t % 2), 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1000)];
        BarAxis axis = new(PanelInterval.OfMinutes(60), starts, new[] { 0, 0, 1, 1 });
        return new MarketPanel(calendar, axis, [new InstrumentBars
        {
            Instrument = Instrument.FromSymbol(Symbol.Parse("600000.SH")), Open = units, High = units, Low = units, Close = units,
            Volume = new long[] { 100_000, 100_000, 100_000, 100_000 },
        }]);
    }

    private sealed class Diary : IStrategy
    {
        public List<string> Lines { get; } = [];

        public void OnStart(StrategyContext context) => Lines.Add("start");

        public void OnHeartbeat(StrategyContext context) => Lines.Add($"day {context.TradingDate:yyyy-MM-dd} bars {context.BarCount}");

        public void OnBar(StrategyContext context, int instrument, in Bar bar)
        {
            Lines.Add($"bar {context.BarStart:HH:mm} position {context.Position(0)}");
            if (context.BarCount == 1)
            {
                context.Buy(0, 100);
            }
        }

        public void OnBarsComplete(StrategyContext context) => Lines.Add("complete");

        public void OnFill(StrategyContext context, in FillNotice fill) => Lines.Add("fill");

        public void OnOrder(StrategyContext context, in OrderNotice order) => Lines.Add($"order {order.State}");

        public void OnStop(StrategyContext context) => Lines.Add("stop");
    }

    private sealed class GivesAfterFirstBar(OrderRequest request) : IStrategy
    {
        public void OnStart(StrategyContext context)
        {
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar)
        {
            if (context.BarCount == 1)
            {
                context.Submit(request);
            }
        }

        public void OnStop(StrategyContext context)
        {
        }
    }

    private sealed class AtTheFirstHeartbeat : IStrategy
    {
        public void OnStart(StrategyContext context)
        {
        }

        public void OnHeartbeat(StrategyContext context)
        {
            if (context.BarCount == 0)
            {
                context.Buy(0, 100);
            }
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar)
        {
        }

        public void OnStop(StrategyContext context)
        {
        }
    }
}
