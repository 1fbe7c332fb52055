using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Engine.Tests;

public sealed class PanelMarketTests
{
    private const string Facts = """
        {"instruments":[{"symbol":"000001.SZ","currency":"HKD"},{"symbol":"600000.SH","name":"浦发银行","list_date":"1999-11-10","lot_size":100,"currency":"HKD",
          "special_treatment":[{"first":"2024-01-03","last":null}],"suspensions":[{"first":"2024-01-04","last":"2024-01-04"}],
          "factors":[{"ex_date":"2024-01-04","multiplier":"2"}],
          "actions":[{"kind":"split","ex_date":"2024-01-04","to":2,"from":1},
            {"kind":"dividend","ex_date":"2024-01-05","record_date":"2024-01-04","pay_date":"2024-01-05","per_share":"0.41"},
            {"kind":"bonus","ex_date":"2024-01-05","list_date":"2024-01-08","new":3,"held":10},
            {"kind":"rights","ex_date":"2024-01-05","pay_date":"2024-01-08","list_date":"2024-01-09","new":1,"held":10,"price":"3.5"},
            {"kind":"delisting","ex_date":"2025-01-05"},
            {"kind":"conversion","ex_date":"2025-01-06","successor":"000001.SZ","new":1,"held":2}]}]}
        """;

    private static readonly string[] s_rows =
        ["600000.SH,2024-01-02,10,11,9,10,100,1000,9.9", "600000.SH,2024-01-03,10,11,9,10,200,,10", "600000.SH,2024-01-05,5,5.5,4.5,5,300,1500,5", "000001.SZ,2024-01-04,8,8,8,8,1,8,8"];

    [Fact]
    public void Open_FactsWithActions_AreTheMarkets()
    {
        BarPanel panel = Open(Bars(s_rows), new() { Dataset = "test", Facts = InstrumentsJson.ReadFacts(System.Text.Encoding.UTF8.GetBytes(Facts)) });
        MarketPanel market = MarketPanelOpener.Open(panel);
        InstrumentBars bars = market.Series[market.IndexOf(Symbol.Parse("600000.SH"))];
        Assert.True(panel.Values(panel.IndexOf(Symbol.Parse("600000.SH")), "close").Span == bars.Close.Span, "the column was copied");
        Assert.Equal((6, "HKD", panel.ContentSha256), (market.Actions.Length, bars.Instrument.Currency, market.ContentSha256));
        Assert.Equal(new CashDividend(Symbol.Parse("600000.SH"), new DateOnly(2024, 1, 5), new DateOnly(2024, 1, 4), new DateOnly(2024, 1, 5), Price.Parse("0.41")), market.Actions.OfType<CashDividend>().Single());
        Assert.Empty(MarketPanelOpener.Open(panel, []).Actions);
    }

    [Fact]
    public void ActionFactors_ByHand_FollowTheExchangesReference()
    {
        Symbol symbol = Symbol.Parse("600000.SH");
        int[] days = [.. new[] { 2, 3, 5 }.Select(d => EpochDays.FromDate(new DateOnly(2024, 1, d)))];
        CorporateAction[] actions =
        [
            new CashDividend(symbol, new DateOnly(2024, 1, 4), new DateOnly(2024, 1, 3), new DateOnly(2024, 1, 5), Price.Parse("0.5")),
            new BonusIssue(symbol, new DateOnly(2024, 1, 4), new DateOnly(2024, 1, 5), 9, 10),
            new ShareSplit(symbol, new DateOnly(2024, 1, 1), 2, 1),
        ];
        // (10.00 - 0.50) / 1.9 = 5.00, so the step is 2.
        AdjustmentFactor factor = Assert.Single(ActionFactors.Of(days, [90_000, 100_000, 50_000], actions));
        Assert.Equal(new AdjustmentFactor(new DateOnly(2024, 1, 4), 2_000_000_000_000), factor);
    }

    private static BarPanel Open(Table bars, PanelOptions options) => BarPanel.Open(new MemoryPanelFiles(Data.PanelBuilder.Create(bars, options, 1), CancellationToken.None));

    private static Table Bars(params string[] rows) =>
        CsvBars.Read(System.Text.Encoding.UTF8.GetBytes("symbol,date,open,high,low,close,volume,amount,pre_close\n" + string.Join('\n', rows)), new CsvBarOptions()).Table;
}
