using EasyQuant.Domain;
using EasyQuant.Engine;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Engine.Tests;

/// <summary>What holds in every random market with every rule on.</summary>
public sealed class FullMarketProperties
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(120);

    [Fact]
    public void Cash_AnyRun_IsInitialPlusFillsAndPostings() => ForRuns((panel, settings, run) =>
    {
        for (int account = 0; account < settings.Accounts.Length; account++)
        {
            foreach (CashBalance final in run.Accounts[account].FinalCash)
            {
                Money cash = settings.Accounts[account].Cash.FirstOrDefault(one => one.Currency == final.Currency).Amount;
                foreach (Fill fill in run.Fills.Where(fill => fill.Account == account && CurrencyOf(panel, fill.Symbol) == final.Currency))
                {
                    cash += fill.CashFlow;
                }

                foreach (Posting posting in run.Postings.Where(posting => posting.Account == account && posting.Currency == final.Currency))
                {
                    cash += posting.Amount;
                }

                Assert.Equal(cash, final.Amount);
            }
        }
    });

    [Fact]
    public void Position_AnyRun_IsSumOfFillsAndPostings() => ForRuns((panel, settings, run) =>
    {
        foreach (InstrumentBars series in panel.Series)
        {
            for (int account = 0; account < settings.Accounts.Length; account++)
            {
                Assert.Equal(
                    Held(run, account, series.Instrument.Symbol, DateOnly.MaxValue),
                    run.Positions.SingleOrDefault(one => one.Account == account && one.Symbol == series.Instrument.Symbol)?.Quantity.Units ?? 0);
            }
        }
    });

    [Fact]
    public void Equity_EveryDay_IsCashReceivablesAndPositions() => ForRuns((panel, settings, run) =>
    {
        Dictionary<Symbol, long> prices = [];
        for (int day = 0; day < panel.Calendar.Count; day++)
        {
            DateOnly date = panel.Calendar.Days[day];
            FollowPrices(panel, day, prices);
            long rate = panel.ExchangeRates[0].Rates.Span[day];
            long total = 0;
            for (int account = 0; account < settings.Accounts.Length; account++)
            {
                long cny = CashWithReceivables(panel, settings, run, account, "CNY", date);
                long usd = CashWithReceivables(panel, settings, run, account, "USD", date);
                long equity = cny + HalfUp((Int128)usd * rate, 100_000_000);
                foreach (InstrumentBars series in panel.Series)
                {
                    Instrument one = series.Instrument;
                    long value = HalfUp(
                        (Int128)prices.GetValueOrDefault(one.Symbol) * Held(run, account, one.Symbol, date), Power(one.PriceScale + one.QuantityScale - 4));
                    equity += one.Currency == "USD" ? HalfUp((Int128)value * rate, 100_000_000) : value;
                }

                Assert.Equal(equity, run.Accounts[account].Equity[day].Units);
                total += equity;
            }

            Assert.Equal(total, run.Equity[day].Equity.Units);
        }
    });

    [Fact]
    public void Fees_EveryOrder_FollowFromItsValuesAndRates() => ForRuns((_, settings, run) =>
    {
        long increment = settings.FeeIncrement.Units;
        foreach (IGrouping<int, Fill> fills in run.Fills.GroupBy(fill => fill.OrderId))
        {
            long commission = Math.Max(Owed(fills, fill => fill.Commission.RatePpm, increment), settings.CommissionMinimum.Units);
            Assert.Equal(commission, fills.Sum(fill => fill.Commission.Amount.Units));
            Assert.Equal(Owed(fills, fill => fill.StampDuty.RatePpm, increment), fills.Sum(fill => fill.StampDuty.Amount.Units));
            Assert.Equal(Owed(fills, fill => fill.TransferFee.RatePpm, increment), fills.Sum(fill => fill.TransferFee.Amount.Units));
            Assert.All(fills, fill => Assert.True(fill.Commission.Amount.Units >= 0 && fill.StampDuty.Amount.Units >= 0 && fill.DividendTax.Amount.Units >= 0));
            Assert.All(fills, fill => Assert.True(fill.DividendTax.Amount.Units == 0 || settings.DividendTax));
        }
    });

    [Fact]
    public void CashAccount_AnyRun_IsNeverShort() => ForRuns((panel, _, run) =>
    {
        foreach (InstrumentBars series in panel.Series)
        {
            foreach (DateOnly date in panel.Calendar.Days)
            {
                Assert.True(Held(run, 0, series.Instrument.Symbol, date) >= 0);
            }
        }
    });

    [Fact]
    public void Orders_AnyRun_EndAndNameWhatBound() => ForRuns((_, _, run) =>
    {
        foreach (Order order in run.Orders)
        {
            Assert.NotEqual(OrderState.Resting, order.State);
            Assert.Equal(order.State == OrderState.Filled, order.BoundBy is null);
            Assert.Equal(order.State == OrderState.Filled, order.Quantity.Units > 0 && order.FilledQuantity == order.Quantity);
            Assert.Equal(order.FilledQuantity.Units, run.Fills.Where(fill => fill.OrderId == order.OrderId).Sum(fill => fill.Quantity.Units));
            Assert.True(order.State != OrderState.Rejected || order.FilledQuantity.Units == 0);
        }
    });

    [Fact]
    public void Volume_EveryBar_IsNotExceeded() => ForRuns((panel, settings, run) =>
    {
        if (!settings.ExchangeRules || settings.VolumeCapPpm is not { } cap)
        {
            return;
        }

        foreach (var bar in run.Fills.GroupBy(fill => (fill.Symbol, fill.BarStart)))
        {
            InstrumentBars series = panel.Series[panel.IndexOf(bar.Key.Symbol)];
            int time = panel.Axis.Starts.Span.BinarySearch((bar.Key.BarStart - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
            long volume = series.Volume.Span[series.RowAt(time)];
            Assert.True(volume == 0 || bar.Sum(fill => fill.Quantity.Units) <= (long)((Int128)volume * cap / 1_000_000));
        }
    });

    [Fact]
    public void History_Truncated_ChangesNothingBefore() => ForSeeds((panel, settings, seed) =>
    {
        EngineRun whole = Run(panel, settings, seed);
        DateOnly cut = panel.Calendar.Days[panel.Calendar.Count / 2];
        EngineRun part = Run(panel.TruncateAfter(cut), settings, seed);
        Assert.Equal(whole.Fills.Where(fill => fill.TradingDate <= cut), part.Fills);
        Assert.Equal(whole.Postings.Where(posting => posting.TradingDate <= cut), part.Postings);
        Assert.Equal(whole.Equity.Where(point => point.TradingDate <= cut), part.Equity);
        Assert.Equal(whole.Benchmark.Take(part.Benchmark.Length), part.Benchmark);
    });

    [Fact]
    public void Runs_OnManyThreads_AreBitIdentical()
    {
        for (int seed = 0; seed < 6; seed++)
        {
            MarketPanel panel = FullMarket.Make(seed);
            BacktestSettings settings = FullSettings.Make(seed);
            EngineRun first = Run(FullMarket.Make(seed), settings, seed);
            EngineRun[] runs = new EngineRun[8];
            Parallel.For(0, runs.Length, i => runs[i] = Run(panel, settings, seed));
            Assert.All(runs, run => AssertEqual(first, run));
        }
    }

    [Fact]
    public void Symbols_Renamed_ChangeNothing() => ForSeeds((panel, settings, seed) =>
    {
        // Same board and same place in the order of symbols.
        Symbol Renamed(Symbol symbol) => symbol.Exchange switch
        {
            "US" => Symbol.Parse("AAPLE.US"),
            "BINANCE" => Symbol.Parse("BTCUSDX.BINANCE"),
            _ => Symbol.Parse($"{int.Parse(symbol.Code, System.Globalization.CultureInfo.InvariantCulture) + 3:000000}.{symbol.Exchange}"),
        };
        MarketPanel renamed = new(
            panel.Calendar,
            panel.Axis,
            [.. panel.Series.Select(series => WithInstrument(series, series.Instrument with { Symbol = Renamed(series.Instrument.Symbol) }))],
            [.. panel.Actions.Select(action => action is Conversion one
                ? one with { Symbol = Renamed(one.Symbol), Successor = Renamed(one.Successor) }
                : action with { Symbol = Renamed(action.Symbol) })],
            panel.ExchangeRates);
        EngineRun before = Run(panel, settings, seed);
        EngineRun after = Run(renamed, settings with { Benchmark = [] }, seed);
        Assert.Equal(before.Equity.ToArray(), after.Equity.ToArray());
        Assert.Equal(before.Fills.Select(fill => fill with { Symbol = Renamed(fill.Symbol) }), after.Fills);
    });

    [Fact]
    public void RandomMarkets_ManySeeds_MeetEverything()
    {
        HashSet<string> met = [];
        for (int seed = 0; seed < 250; seed++)
        {
            EngineRun run = Run(FullMarket.Make(seed), FullSettings.Make(seed), seed);
            met.UnionWith(run.Orders.Select(order => order.BoundBy ?? "filled"));
            met.UnionWith(run.Orders.Where(order => order.State == OrderState.Filled).Select(order => order.Type.ToString()));
            met.UnionWith(run.Postings.Select(posting => posting.Kind.ToString()));
            met.UnionWith(run.MarginCalls.Select(_ => "call"));
            met.UnionWith(run.Fills.Where(fill => fill.DividendTax.Amount.Units > 0).Select(fill => "tax"));
            met.UnionWith(run.Fills.GroupBy(fill => fill.OrderId).Where(fills => fills.Count() > 1).Select(_ => "partial"));
        }

        string[] expected =
        [
            "filled", "partial", "tax", "call", "account.cash", "account.position", "account.margin", "data.end", "lot.hundred.1990", "lot.star.2019", "lot.bse.2021",
            "market.suspended", "market.volume", "market.delisted", "order.time-in-force", "order.cancelled", "order.paired", "action.split",
            "price-limit.main.1996", "price-limit.main-st.1998", "price-limit.chinext.2020", "price-limit.bse.2021", "settlement.t1.1995",
            .. Enum.GetNames<OrderType>(), .. Enum.GetNames<PostingKind>(),
        ];
        Assert.Empty(expected.Except(met));
    }

    internal static void AssertEqual(EngineRun expected, EngineRun actual)
    {
        Assert.Equal(expected.Equity.ToArray(), actual.Equity.ToArray());
        Assert.Equal(expected.Orders.ToArray(), actual.Orders.ToArray());
        Assert.Equal(expected.Fills.ToArray(), actual.Fills.ToArray());
        Assert.Equal(expected.Postings.ToArray(), actual.Postings.ToArray());
        Assert.Equal(expected.Positions.ToArray(), actual.Positions.ToArray());
        Assert.Equal(expected.MarginCalls.ToArray(), actual.MarginCalls.ToArray());
    }

    private static EngineRun Run(MarketPanel panel, BacktestSettings settings, int seed) =>
        ReferenceEngine.Run(panel, new FullTrader((ulong)seed), settings, RuleBook.China, null, CancellationToken.None);

    private static void ForRuns(Action<MarketPanel, BacktestSettings, EngineRun> check) =>
        ForSeeds((panel, settings, seed) => check(panel, settings, Run(panel, settings, seed)));

    private static void ForSeeds(Action<MarketPanel, BacktestSettings, int> check) => Check.One(
        s_config,
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => check(FullMarket.Make(seed), FullSettings.Make(seed), seed)));

    private static InstrumentBars WithInstrument(InstrumentBars series, Instrument instrument) => new()
    {
        Instrument = instrument,
        Slots = series.Slots,
        Open = series.Open,
        High = series.High,
        Low = series.Low,
        Close = series.Close,
        Volume = series.Volume,
        Amount = series.Amount,
    };

    private static string CurrencyOf(MarketPanel panel, Symbol symbol) => panel.Series[panel.IndexOf(symbol)].Instrument.Currency;

    private static long Held(EngineRun run, int account, Symbol symbol, DateOnly until) =>
        run.Fills.Where(fill => fill.Account == account && fill.Symbol == symbol && fill.TradingDate <= until)
            .Sum(fill => fill.Side == OrderSide.Buy ? fill.Quantity.Units : -fill.Quantity.Units)
        + run.Postings.Where(posting => posting.Account == account && posting.Symbol == symbol && posting.TradingDate <= until)
            .Sum(posting => posting.Shares.Units);

    /// <summary>A dividend is owed from its ex-date, which its source names, until it is paid.</summary>
    private static long CashWithReceivables(
        MarketPanel panel, BacktestSettings settings, EngineRun run, int account, string currency, DateOnly date) =>
        settings.Accounts[account].Cash.FirstOrDefault(one => one.Currency == currency).Amount.Units
        + run.Fills.Where(fill => fill.Account == account && fill.TradingDate <= date && CurrencyOf(panel, fill.Symbol) == currency)
            .Sum(fill => fill.CashFlow.Units)
        + run.Postings.Where(posting => posting.Account == account && posting.Currency == currency
            && (posting.Kind == PostingKind.Dividend ? DateOnly.Parse(posting.Source[^10..], System.Globalization.CultureInfo.InvariantCulture) : posting.TradingDate) <= date)
            .Sum(posting => posting.Amount.Units);

    private static void FollowPrices(MarketPanel panel, int day, Dictionary<Symbol, long> prices)
    {
        DateOnly date = panel.Calendar.Days[day];
        foreach (InstrumentBars series in panel.Series)
        {
            Symbol symbol = series.Instrument.Symbol;
            CorporateAction[] actions = [.. panel.Actions.Where(action => action.Symbol == symbol && action.EffectiveDate == date)];
            long price = prices.GetValueOrDefault(symbol);
            price = price > 0 && actions.Length > 0 ? ExReference.Of(price, actions) : price;
            int end = series.RowFrom(panel.Axis.EndBarOf(day));
            price = end > series.RowFrom(panel.Axis.FirstBarOf(day)) ? series.Close.Span[end - 1] : price;
            prices[symbol] = price;
        }
    }

    private static long Owed(IEnumerable<Fill> fills, Func<Fill, long> ratePpm, long increment)
    {
        Int128 sum = 0;
        foreach (Fill fill in fills)
        {
            sum += (Int128)fill.Value.Units * ratePpm(fill);
        }

        return HalfUp(sum, 1_000_000 * increment) * increment;
    }

    private static long HalfUp(Int128 value, long divisor) =>
        (long)(value >= 0 ? (value + (divisor / 2)) / divisor : -((-value + (divisor / 2)) / divisor));

    private static long Power(int exponent) => ScaledDecimal.PowerOfTen(exponent);
}
