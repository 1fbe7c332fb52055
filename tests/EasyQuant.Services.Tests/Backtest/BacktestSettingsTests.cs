using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Data;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Backtest;

public sealed class BacktestSettingsTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string Source =
        """
        public sealed class Mine : IStrategy
        {
            public void OnStart(StrategyContext context) { }
            public void OnBar(StrategyContext context, int instrument, in Bar bar) { context.Buy(instrument, 100); }
            public void OnStop(StrategyContext context) { }
        }
        """;

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(3));

    [Fact]
    public async Task Backtest_EverySetting_ReachesTheEngine()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        BacktestSpec spec = BacktestHost.Spec();
        (spec.FillPrice, spec.LimitFill, spec.FillsAtPriceLimit, spec.LiftVolumeCap) = (FillPrice.NextClose, LimitFill.Touch, true, true);
        (spec.RightsPolicy, spec.IgnoreDividendTax, spec.FeeIncrement, spec.OrderCountMax) = (RightsPolicy.Subscribe, true, "0.0001", 5_000);
        (spec.SlippageKind, spec.SlippageValue, spec.CashInterestRate, spec.RejectSuspended) = (SlippageKind.BasisPoints, 5, "0.02", true);
        (spec.AuctionRowsOnly, spec.HeartbeatMinutes, spec.WarmUpDays, spec.StartDate) = (true, 30, 20, "2024-02-01");
        spec.Accounts.Add(new Account
        {
            Name = "long",
            Cash = { new CashBalance { Currency = "CNY", Amount = "500000" }, new CashBalance { Currency = "HKD", Amount = "1000" } },
        });
        spec.Accounts.Add(new Account
        {
            Name = "margin",
            Cash = { new CashBalance { Currency = "CNY", Amount = "200000" } },
            Margin = new MarginTerms { InitialLongRate = "0.6", BorrowRate = "0.1", CallPolicy = MarginCallPolicy.Report },
        });
        spec.ExchangeRates.Add(new ExchangeRates
        {
            Currency = "HKD",
            Rates = { new DatedRate { StartDate = "2024-01-01", Rate = "0.9" }, new DatedRate { StartDate = "2024-04-01", Rate = "0.95" } },
        });
        spec.Benchmark.Add(new BenchmarkPart { Symbol = "600000.SH", Weight = "0.4" });
        spec.Benchmark.Add(new BenchmarkPart { Symbol = "600001.SH", Weight = "0.6" });
        Contracts.Backtest.V1.Backtest ended = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        Assert.Equal((BacktestState.Succeeded, ""), (ended.State, ended.ErrorMessage));
        MapField manifest = new(ended.Manifest);
        Assert.Equal(("next_close", "touch", true, "subscribe", false, "0.0001", "bps:5", "reject"), (
            manifest["fill_rule"].StringValue, manifest["limit_fill_rule"].StringValue, manifest["fills_at_price_limit"].BoolValue,
            manifest["rights_policy"].StringValue, manifest["dividend_tax"].BoolValue, manifest["fee_increment"].StringValue,
            manifest["slippage"].StringValue, manifest["suspension_policy"].StringValue));
        Assert.Equal(Value.KindOneofCase.NullValue, manifest["volume_cap_ppm"].KindCase);
        Assert.Equal((30, 20), (manifest["heartbeat_minutes"].NumberValue, manifest["warm_up_days"].NumberValue));
        Assert.Contains("auction.rows", manifest["assumptions"].ListValue.Values.Select(one => one.StringValue));
        Struct margin = manifest["accounts"].ListValue.Values[1].StructValue;
        Assert.Equal("margin", margin.Fields["name"].StringValue);
        Assert.Equal((600_000, 100_000, "report"), (
            margin.Fields["margin"].StructValue.Fields["initial_long_ppm"].NumberValue, margin.Fields["margin"].StructValue.Fields["borrow_ppm"].NumberValue,
            margin.Fields["margin"].StructValue.Fields["call_policy"].StringValue));
        // 500,000 + 200,000 CNY, and 1,000 HKD at the rate of the first day.
        Assert.Equal(700_900m, decimal.Parse(ended.Metrics.Fields["initial_equity"].StringValue, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(2, manifest["benchmark"].ListValue.Values.Count);
    }

    [Fact]
    public async Task Backtest_Margin_AllowsShortSales()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        BacktestSpec spec = BacktestHost.Spec();
        spec.Strategy = "pairs";
        spec.Parameters = Struct.Parser.ParseJson("""{"period": 5, "enter": 0.5, "leave": 0.1, "shorts": 1}""");
        spec.Symbols.AddRange(["600000.SH", "600001.SH"]);
        Contracts.Backtest.V1.Backtest cash = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        spec.Margin = new MarginTerms();
        Contracts.Backtest.V1.Backtest margin = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        Assert.Equal((BacktestState.Succeeded, BacktestState.Succeeded), (cash.State, margin.State));
        Assert.True(margin.Metrics.Fields["fill_count"].NumberValue > cash.Metrics.Fields["fill_count"].NumberValue);
    }

    [Fact]
    public async Task Backtest_WarmUp_TradesFromTheFirstDay()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        BacktestSpec spec = BacktestHost.Spec(3, 40);
        (spec.StartDate, spec.EndDate) = ("2024-02-20", "2024-03-25");
        Contracts.Backtest.V1.Backtest cold = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        spec.WarmUpDays = 50;
        Contracts.Backtest.V1.Backtest warm = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        Assert.Equal((BacktestState.Succeeded, BacktestState.Succeeded), (cold.State, warm.State));
        // 35 days are too few for an average of 40.
        Assert.Equal(0, cold.Metrics.Fields["fill_count"].NumberValue);
        Assert.True(warm.Metrics.Fields["fill_count"].NumberValue > 0);
        Assert.Equal(cold.Metrics.Fields["day_count"].NumberValue, warm.Metrics.Fields["day_count"].NumberValue);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Backtest_BenchmarkOutsideOfTheSymbols_IsNotTraded(bool isSource)
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        BacktestSpec spec = BacktestHost.Spec();
        spec.Symbols.Add("600000.SH");
        (spec.Strategy, spec.Parameters) = ("buy_and_hold", null);
        if (isSource)
        {
            (spec.Strategy, spec.Source) = ("mine", new StrategySource { Text = Source });
        }

        Contracts.Backtest.V1.Backtest alone = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        spec.Benchmark.Add(new BenchmarkPart { Symbol = "600001.SH" });
        Contracts.Backtest.V1.Backtest compared = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        Assert.Equal((BacktestState.Succeeded, ""), (compared.State, compared.ErrorMessage));
        Assert.True(alone.Metrics.Fields["fill_count"].NumberValue > 0);
        Assert.Equal(
            (alone.Metrics.Fields["fill_count"], alone.Metrics.Fields["final_equity"]),
            (compared.Metrics.Fields["fill_count"], compared.Metrics.Fields["final_equity"]));
        spec.Symbols.Add("600001.SH");
        Contracts.Backtest.V1.Backtest both = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        Assert.True(both.Metrics.Fields["fill_count"].NumberValue > alone.Metrics.Fields["fill_count"].NumberValue);
    }

    [Fact]
    public async Task Create_WrongSetting_NamesTheField()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        await RefusedAsync("PARAMETER_OUT_OF_RANGE", "spec.margin.initial_long_rate", spec => spec.Margin = new MarginTerms { InitialLongRate = "1.5" });
        await RefusedAsync("PARAMETER_OUT_OF_RANGE", "spec.margin.debt_rate", spec => spec.Margin = new MarginTerms { DebtRate = "x" });
        await RefusedAsync("PARAMETER_OUT_OF_RANGE", "spec.fee_increment", spec => spec.FeeIncrement = "0");
        await RefusedAsync("PARAMETER_OUT_OF_RANGE", "spec.order_count_max", spec => spec.OrderCountMax = 30_000_000);
        await RefusedAsync("PARAMETER_OUT_OF_RANGE", "spec.heartbeat_minutes", spec => spec.HeartbeatMinutes = 1_441);
        await RefusedAsync("PARAMETER_OUT_OF_RANGE", "spec.warm_up_days", spec => spec.WarmUpDays = -1);
        await RefusedAsync("FIELD_CONFLICT", "spec.volume_cap", spec => (spec.VolumeCap, spec.LiftVolumeCap) = ("0.1", true));
        await RefusedAsync("NAME_INVALID", "spec.base_currency", spec => spec.BaseCurrency = "C N");
        await RefusedAsync("COUNT_OUT_OF_RANGE", "spec.accounts[0].cash", spec => spec.Accounts.Add(new Account { Name = "a" }));
        await RefusedAsync("PARAMETER_OUT_OF_RANGE", "spec.accounts[0].cash[0].amount", spec => spec.Accounts.Add(AccountOf("a", "-1")));
        await RefusedAsync("PARAMETER_OUT_OF_RANGE", "spec.accounts[1].name", spec => spec.Accounts.AddRange([AccountOf("a", "1"), AccountOf("a", "1")]));
        await RefusedAsync("PARAMETER_OUT_OF_RANGE", "spec.margin", spec =>
        {
            spec.Margin = new MarginTerms();
            spec.Accounts.Add(AccountOf("a", "1"));
        });
        await RefusedAsync("COUNT_OUT_OF_RANGE", "spec.exchange_rates[0].rates", spec => spec.ExchangeRates.Add(new ExchangeRates { Currency = "USD" }));
        await RefusedAsync("RANGE_INVALID", "spec.exchange_rates[0].rates[1].start_date", spec => spec.ExchangeRates.Add(new ExchangeRates
        {
            Currency = "USD",
            Rates = { new DatedRate { StartDate = "2024-01-02", Rate = "7" }, new DatedRate { StartDate = "2024-01-02", Rate = "7" } },
        }));
        Assert.Empty((await host.Backtests.ListBacktestsAsync(new ListBacktestsRequest(), BacktestHost.Headers())).Backtests);

        BacktestSpec late = BacktestHost.Spec();
        late.ExchangeRates.Add(new ExchangeRates { Currency = "USD", Rates = { new DatedRate { StartDate = "2024-03-01", Rate = "7" } } });
        Assert.Equal("FX_RATE_MISSING", (await host.EndAsync((await host.CreateAsync(late)).BacktestId)).ErrorReason);

        async Task RefusedAsync(string reason, string field, Action<BacktestSpec> change)
        {
            BacktestSpec spec = BacktestHost.Spec();
            change(spec);
            RpcError error = await BacktestHost.RefusedAsync(() => host.CreateAsync(spec));
            Assert.Equal((StatusCode.InvalidArgument, reason), (error.Status, error.Reason));
            Assert.Contains(field, error.Violations.Select(one => one.Field));
        }
    }

    [Theory]
    [InlineData(ExportFormat.Arrow)]
    [InlineData(ExportFormat.Parquet)]
    public async Task Export_BinaryTable_HoldsTheEquity(ExportFormat format)
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string id = (await host.EndAsync((await host.CreateAsync(BacktestHost.Spec())).BacktestId)).BacktestId;
        using AsyncServerStreamingCall<ExportBacktestResponse> call = host.Backtests.ExportBacktest(
            new ExportBacktestRequest { BacktestId = id, Format = format }, BacktestHost.Headers());
        using var file = new MemoryStream();
        while (await call.ResponseStream.MoveNext(_deadline.Token))
        {
            call.ResponseStream.Current.File.Data.WriteTo(file);
        }

        Table table = format == ExportFormat.Arrow ? ArrowFile.Read(file.ToArray()) : ParquetFile.Read(file.ToArray());
        Assert.Equal(BacktestHost.DayCount, table.RowCount);
        Assert.Equal(["trading_date", "equity", "cash", "drawdown"], table.Columns.Take(4).Select(column => column.Name));
    }

    private static Account AccountOf(string name, string amount) => new() { Name = name, Cash = { new CashBalance { Currency = "CNY", Amount = amount } } };

    private sealed class MapField(Struct value)
    {
        public Value this[string name] => value.Fields[name];
    }
}
