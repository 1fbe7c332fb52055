using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>A panel on disk and a table give the same market and the same run.</summary>
public sealed class MarketPanelOpenerTests
{
    private static readonly int s_first = EpochDays.FromDate(new DateOnly(2024, 1, 8));

    [Fact]
    public void Panel_OfATable_RunsLikeTheTable()
    {
        Table bars = Bars();
        BarPanel panel = Open(bars, []);
        MarketPanel market = MarketPanelOpener.Open(panel);
        MarketPanel direct = DailyPanelReader.Read(bars);
        Assert.Equal(panel.ContentSha256, market.ContentSha256);
        Assert.Equal(direct.Calendar.Days.ToArray(), market.Calendar.Days.ToArray());
        for (int i = 0; i < direct.Series.Length; i++)
        {
            Assert.Equal(direct.Series[i].Close.ToArray(), market.Series[i].Close.ToArray());
            Assert.Equal(direct.PreviousClosesOf(i).ToArray(), market.PreviousClosesOf(i).ToArray());
        }

        EngineRun expected = ReferenceEngine.Run(direct, new RandomStrategy(5), new BacktestSettings(), RuleBook.China, null, default);
        EngineRun actual = ReferenceEngine.Run(market, new RandomStrategy(5), new BacktestSettings(), RuleBook.China, null, default);
        Assert.NotEmpty(actual.Fills);
        FullMarketProperties.AssertEqual(expected, actual);
    }

    [Fact]
    public void Columns_OfAPanel_AreReadWhereTheyLie()
    {
        BarPanel panel = Open(Bars(), []);
        MarketPanel market = MarketPanelOpener.Open(panel);
        Assert.True(panel.Values(0, BarTable.Close).Span.Overlaps(market.Series[0].Close.Span));
        Assert.True(panel.Slots(1).Span.Overlaps(market.Series[1].Slots.Span));
        Assert.True(market.Series[0].IsFull);
        Assert.False(market.Series[1].IsFull);
    }

    [Fact]
    public void Facts_OfAPanel_BindOrders()
    {
        InstrumentFacts facts = InstrumentFacts.Of(Symbol.Parse("000001.SZ")) with
        {
            LotSize = 50,
            SpecialTreatment = [new DateRange(EpochDays.ToDate(s_first), DateOnly.MaxValue)],
            Suspensions = [new DateRange(EpochDays.ToDate(s_first + 1), EpochDays.ToDate(s_first + 1))],
            Factors = [new AdjustmentFactor(EpochDays.ToDate(s_first + 2), 2 * AdjustmentFactor.One)],
        };
        MarketPanel market = MarketPanelOpener.Open(Open(Bars(), [facts]));
        AdjustmentWatch watch = new();
        EngineRun run = ReferenceEngine.Run(market, watch, new BacktestSettings(), RuleBook.China, null, default);
        Assert.Equal(150, run.Fills[0].Quantity.Units);
        Assert.Equal(EpochDays.ToDate(s_first + 2), run.Fills[0].TradingDate);
        Assert.Equal([1.0, 1.0, 0.5, 1.0], watch.Seen.Take(4));
    }

    [Fact]
    public void Actions_Table_GivesEveryKind()
    {
        Table table = new(
        [
            StringColumn.Create("kind", ["dividend", "split", "bonus", "rights", "delisting", "conversion"]),
            StringColumn.Create("symbol", [.. Enumerable.Repeat("600000.SH", 6)]),
            DateColumn.Create("ex_date", Enumerable.Range(s_first, 6).ToArray()),
            DateColumn.Create("pay_date", Enumerable.Range(s_first + 1, 6).ToArray()),
            DecimalColumn.Create("price", 2, new long[] { 35, 0, 0, 600, 125, 0 }),
            Int64Column.Create("new_shares", new long[] { 0, 2, 3, 2, 0, 4 }),
            Int64Column.Create("held_shares", new long[] { 0, 1, 10, 10, 0, 5 }),
            StringColumn.Create("successor", [.. Enumerable.Repeat("600001.SH", 6)]),
        ]);
        Symbol symbol = Symbol.Parse("600000.SH");
        DateOnly Day(int offset) => EpochDays.ToDate(s_first + offset);
        Assert.Equal(
            [
                new CashDividend(symbol, Day(0), Day(-1), Day(1), Price.Parse("0.35")),
                new ShareSplit(symbol, Day(1), 2, 1),
                new BonusIssue(symbol, Day(2), Day(2), 3, 10),
                new RightsIssue(symbol, Day(3), Day(4), Day(4), 2, 10, Price.Parse("6")),
                new Delisting(symbol, Day(4), Price.Parse("1.25")),
                new Conversion(symbol, Day(5), Symbol.Parse("600001.SH"), 4, 5),
            ],
            CorporateActionTable.Read(table, 4).ToArray());
        Table wrong = new([StringColumn.Create("kind", ["merger"]), StringColumn.Create("symbol", ["600000.SH"]), DateColumn.Create("ex_date", new[] { s_first })]);
        Assert.Equal("ACTION_INVALID", Assert.Throws<BarTableException>(() => CorporateActionTable.Read(wrong, 4)).Reason);
        Table without = new([StringColumn.Create("kind", ["dividend"]), StringColumn.Create("symbol", ["600000.SH"]), DateColumn.Create("ex_date", new[] { s_first })]);
        Assert.Equal("VALUE_MISSING", Assert.Throws<BarTableException>(() => CorporateActionTable.Read(without, 4)).Reason);
    }

    private static BarPanel Open(Table bars, InstrumentFacts[] facts) => BarPanel.Open(new MemoryPanelFiles(
        Data.PanelBuilder.Create(bars, new PanelOptions { Dataset = "test", Facts = facts }, 1), CancellationToken.None));

    /// <summary>Two shares over twelve days; the second one misses the fourth.</summary>
    private static Table Bars()
    {
        (string Symbol, int Day)[] rows =
        [
            .. Enumerable.Range(0, 12).Select(day => ("000001.SZ", day)),
            .. Enumerable.Range(0, 12).Where(day => day != 3).Select(day => ("600000.SH", day)),
        ];
        long[] open = [.. rows.Select(row => 100_000L + (row.Day * 700))];
        long[] close = [.. rows.Select(row => 100_000L + (row.Day * row.Day % 7 * 900))];
        return new Table(
        [
            StringColumn.Create("symbol", [.. rows.Select(row => (string?)row.Symbol)]),
            DateColumn.Create("trading_date", rows.Select(row => s_first + row.Day).ToArray()),
            DecimalColumn.Create("open", 4, open),
            DecimalColumn.Create("high", 4, open.Zip(close, Math.Max).ToArray()),
            DecimalColumn.Create("low", 4, open.Zip(close, Math.Min).ToArray()),
            DecimalColumn.Create("close", 4, close),
            Int64Column.Create("volume", rows.Select(_ => 1_000_000L).ToArray()),
            DecimalColumn.Create("amount", 4, close.Select(price => price * 1_000_000).ToArray()),
        ]);
    }

    private sealed class AdjustmentWatch : IStrategy
    {
        public List<double> Seen { get; } = [];

        public void OnStart(StrategyContext context)
        {
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar)
        {
            if (instrument == 0)
            {
                Seen.Add(context.AdjustmentOf(0, Math.Min(1, context.BarCountOf(0) - 1)));
                context.Buy(0, context.BarCountOf(0) == 1 ? 170 : 0);
            }
        }

        public void OnStop(StrategyContext context)
        {
        }
    }
}
