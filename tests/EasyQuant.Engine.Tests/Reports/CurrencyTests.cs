using System.Collections.Immutable;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Statistics over trades in several currencies: amounts count in the base currency at the rate of their day.</summary>
public sealed class CurrencyTests
{
    private static readonly long[] s_dollars = [700_000_000, 710_000_000, 720_000_000, 730_000_000];

    [Fact]
    public void Statistics_TradesInTwoCurrencies_AreSummedInTheBase()
    {
        (MarketPanel panel, EngineRun run, BacktestSettings settings) = Run();

        ImmutableArray<RoundTrip> trips = RoundTripBuilder.Build(panel, run);
        BacktestStatistics statistics = StatisticsCalculator.Compute(settings.InitialCash, run, trips);

        // 100 shares from 10 to 12 USD: 200 USD at 7.2, the rate of the day of the sale; 100 shares from 10 to 11 CNY.
        Assert.Equal(["100", "200"], trips.Select(trip => trip.Profit.ToString()).Order());
        Assert.Equal(["100", "1440"], trips.Select(trip => trip.ProfitInBase.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal("1440", statistics.BestTrade!.Value.ToString());
        Assert.Equal(2, trips.Length);
    }

    [Fact]
    public void Fills_InAnotherCurrency_NameTheRateOfTheirDay()
    {
        (MarketPanel _, EngineRun run, BacktestSettings _) = Run();

        Assert.Equal(
            [(1_000, 7.1), (1_200, 7.2)],
            run.Fills.Where(fill => fill.BaseRate != Money.BaseRateOne).Select(fill => ((int)fill.Value.ToDouble(), fill.BaseRate / 1e8)));
        Assert.Equal("7100", run.Fills.First(fill => fill.BaseRate != Money.BaseRateOne).ValueInBase.ToString());
    }

    private static (MarketPanel Panel, EngineRun Run, BacktestSettings Settings) Run()
    {
        PanelBuilder builder = new PanelBuilder(new DateOnly(2024, 1, 2), 4).Flat("600000.SH", "10", "10", "11", "11");
        long[] prices = [100_000, 100_000, 120_000, 120_000];
        builder.Add(Instrument.FromSymbol(Symbol.Parse("AAPL.US")) with { Currency = "USD" }, [0, 1, 2, 3], prices, prices, prices, prices, [1000, 1000, 1000, 1000]);
        MarketPanel plain = builder.Build();
        MarketPanel panel = new(plain.Calendar, plain.Axis, plain.Series, exchangeRates: [new FxRates("USD", s_dollars)]);
        BacktestSettings settings = new()
        {
            ExchangeRules = false, CommissionPpm = 0, CommissionMinimum = Money.Zero, StampDutySellPpm = 0, TransferFeePpm = 0,
            Accounts =
            [
                new AccountSettings("main", [new CashBalance("CNY", Money.FromYuan(10_000)), new CashBalance("USD", Money.FromYuan(10_000))]),
            ],
        };
        ScriptedStrategy strategy = new((0, 0, 100), (0, 1, 100), (1, 0, -100), (1, 1, -100));
        return (panel, ReferenceEngine.Run(panel, strategy, settings, RuleBook.China, null, default), settings);
    }
}
