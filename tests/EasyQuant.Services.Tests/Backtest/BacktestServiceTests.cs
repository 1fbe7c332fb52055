using System.Text.Json.Nodes;
using EasyQuant.BacktestService.Storage;
using EasyQuant.BacktestService.Work;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Testing;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using DataTable = EasyQuant.BacktestService.Storage.DataTable;

namespace EasyQuant.Services.Tests.Backtest;

public sealed class BacktestServiceTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(3));

    [Fact]
    public async Task Backtest_SavedBars_GivesTheEnginesResult()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        Contracts.Backtest.V1.Backtest accepted = await host.CreateAsync(BacktestHost.Spec());
        Assert.Equal("daily_bars", accepted.Spec.Table);
        Contracts.Backtest.V1.Backtest ended = await host.EndAsync(accepted.BacktestId);
        Assert.Equal((BacktestState.Succeeded, 1.0), (ended.State, ended.Progress));

        BacktestResult expected = await ComputeAsync(host);
        Assert.Equal(expected.Statistics.FinalEquity.ToString(), ended.Metrics.Fields["final_equity"].StringValue);
        Assert.Equal(expected.Statistics.Sharpe, ended.Metrics.Fields["sharpe"].NumberValue);
        Assert.Equal(expected.Manifest.DataSha256, ended.Manifest.Fields["data_sha256"].StringValue);
        Assert.True(expected.Statistics.TradeCount > 5);

        ReadEquityResponse equity = await host.Backtests.ReadEquityAsync(
            new ReadEquityRequest { BacktestId = ended.BacktestId, PageSize = 100 }, BacktestHost.Headers());
        ReadEquityResponse rest = await host.Backtests.ReadEquityAsync(
            new ReadEquityRequest { BacktestId = ended.BacktestId, PageSize = 100, PageToken = equity.NextPageToken }, BacktestHost.Headers());
        Assert.Equal((100, 20, ""), (equity.Equity.RowCount, rest.Equity.RowCount, rest.NextPageToken));
        Assert.Equal(expected.Run.Equity.Select(point => point.Equity.Units), equity.Equity.Columns[1].Integers.Concat(rest.Equity.Columns[1].Integers));
        ReadTradesResponse trades = await host.Backtests.ReadTradesAsync(
            new ReadTradesRequest { BacktestId = ended.BacktestId }, BacktestHost.Headers());
        Assert.Equal(expected.Trades.Length, trades.Trades.RowCount);
    }

    [Fact]
    public async Task Create_RequestRepeated_IsTheSameBacktest()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string requestId = Guid.NewGuid().ToString("D");
        Contracts.Backtest.V1.Backtest[] created = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => host.CreateAsync(BacktestHost.Spec(), requestId)));
        Assert.Single(created.Select(backtest => backtest.BacktestId).Distinct());
        RpcError error = await BacktestHost.RefusedAsync(() => host.CreateAsync(BacktestHost.Spec(4), requestId));
        Assert.Equal((StatusCode.AlreadyExists, "REQUEST_ID_REUSED"), (error.Status, error.Reason));
        ListBacktestsResponse list = await host.Backtests.ListBacktestsAsync(new ListBacktestsRequest(), BacktestHost.Headers());
        Assert.Single(list.Backtests);
    }

    [Fact]
    public async Task Create_WrongInput_IsRefusedAndChangesNothing()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        await RefusedAsync(host, StatusCode.InvalidArgument, "STRATEGY_NOT_FOUND", "spec.strategy", spec => spec.Strategy = "magic");
        await RefusedAsync(host, StatusCode.InvalidArgument, "PARAMETER_OUT_OF_RANGE", "spec.parameters.fast", spec => spec.Parameters.Fields["fast"].NumberValue = 50);
        await RefusedAsync(host, StatusCode.InvalidArgument, "SYMBOL_INVALID", "spec.symbols[0]", spec => spec.Symbols.Add("nothing"));
        await RefusedAsync(host, StatusCode.InvalidArgument, "PARAMETER_OUT_OF_RANGE", "spec.cash", spec => spec.Cash = "0");
        await RefusedAsync(host, StatusCode.InvalidArgument, "PARAMETER_OUT_OF_RANGE", "spec.commission_rate", spec => spec.CommissionRate = "0.02");
        await RefusedAsync(host, StatusCode.InvalidArgument, "DATE_INVALID", "spec.start_date", spec => spec.StartDate = "2024-13-01");
        await RefusedAsync(host, StatusCode.InvalidArgument, "PERIOD_EMPTY", "spec", spec => spec.StartDate = "2050-01-01");
        await RefusedAsync(host, StatusCode.InvalidArgument, "SYMBOL_NOT_FOUND", "spec.symbols", spec => spec.Symbols.Add("600999.SH"));
        await RefusedAsync(host, StatusCode.InvalidArgument, "PERIOD_EMPTY", "spec.end_date", spec => (spec.StartDate, spec.EndDate) = ("2024-02-01", "2024-01-01"));
        await RefusedAsync(host, StatusCode.InvalidArgument, "RULE_BOOK_NOT_FOUND", "spec.rule_book", spec => spec.RuleBook = "mars-2030");
        await RefusedAsync(host, StatusCode.InvalidArgument, "PARAMETER_OUT_OF_RANGE", "spec.volume_cap", spec => spec.VolumeCap = "1.5");
        await RefusedAsync(host, StatusCode.InvalidArgument, "PARAMETER_OUT_OF_RANGE", "spec.stamp_duty_rate", spec => spec.StampDutyRate = "-1");
        await RefusedAsync(host, StatusCode.InvalidArgument, "PARAMETER_OUT_OF_RANGE", "spec.slippage_value", spec => (spec.SlippageKind, spec.SlippageValue) = (Contracts.Backtest.V1.SlippageKind.Ticks, 5_000));
        await RefusedAsync(host, StatusCode.InvalidArgument, "PARAMETER_OUT_OF_RANGE", "spec.benchmark", spec => spec.Benchmark.Add(new Contracts.Backtest.V1.BenchmarkPart { Symbol = "600000.SH", Weight = "0.5" }));
        await RefusedAsync(host, StatusCode.InvalidArgument, "SOURCE_TOO_LARGE", "spec.source.text", spec => spec.Source = new StrategySource { Text = new string('x', 300_000) });
        await RefusedAsync(host, StatusCode.NotFound, "SOURCE_NOT_FOUND", null, spec => spec.Source = new StrategySource { Sha256 = new string('0', 64) });
        await RefusedAsync(host, StatusCode.NotFound, "TABLE_NOT_FOUND", null, spec => spec.Table = "nothing");
        await RefusedAsync(host, StatusCode.NotFound, "TABLE_NOT_FOUND", null, spec => spec.Table = "eq_effects");
        await RefusedAsync(host, StatusCode.NotFound, "TABLE_NOT_FOUND", null, spec => spec.Table = "a\"; drop table x; --");
        await RefusedAsync(host, StatusCode.FailedPrecondition, "TABLE_NOT_BARS", null, spec => spec.Table = "notes");
        ListBacktestsResponse list = await host.Backtests.ListBacktestsAsync(new ListBacktestsRequest(), BacktestHost.Headers());
        Assert.Empty(list.Backtests);
    }

    [Fact]
    public async Task Backtest_OfAnotherProject_IsNotFound()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string id = (await host.CreateAsync(BacktestHost.Spec())).BacktestId;
        Metadata foreign = BacktestHost.Headers("other");
        foreach (Func<Task> call in new Func<Task>[]
        {
            () => host.Backtests.GetBacktestAsync(new GetBacktestRequest { BacktestId = id }, foreign).ResponseAsync,
            () => host.Backtests.CancelBacktestAsync(new CancelBacktestRequest { BacktestId = id }, foreign).ResponseAsync,
            () => host.Backtests.ReadEquityAsync(new ReadEquityRequest { BacktestId = id }, foreign).ResponseAsync,
            () => host.Backtests.ReadOrdersAsync(new ReadOrdersRequest { BacktestId = id }, foreign).ResponseAsync,
            () => host.Backtests.CompareBacktestsAsync(new CompareBacktestsRequest { BacktestIds = { id, id } }, foreign).ResponseAsync,
            () => host.Backtests.ExportBacktest(new ExportBacktestRequest { BacktestId = id, Format = ExportFormat.Csv }, foreign).ResponseStream.MoveNext(_deadline.Token),
            () => host.Backtests.GetBacktestAsync(new GetBacktestRequest { BacktestId = "what" }, BacktestHost.Headers()).ResponseAsync,
        })
        {
            Assert.Equal("BACKTEST_NOT_FOUND", (await BacktestHost.RefusedAsync(call)).Reason);
        }
    }

    [Fact]
    public async Task List_ManyBacktests_GivesPagesNewestFirst()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        List<string> ids = [];
        for (int i = 0; i < 5; i++)
        {
            ids.Add((await host.CreateAsync(BacktestHost.Spec(2 + i))).BacktestId);
        }

        List<string> listed = [];
        string token = "";
        do
        {
            ListBacktestsResponse page = await host.Backtests.ListBacktestsAsync(
                new ListBacktestsRequest { PageSize = 2, PageToken = token }, BacktestHost.Headers());
            listed.AddRange(page.Backtests.Select(backtest => backtest.BacktestId));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        ids.Reverse();
        Assert.Equal(ids, listed);
        ListBacktestsResponse first = await host.Backtests.ListBacktestsAsync(new ListBacktestsRequest { PageSize = 2 }, BacktestHost.Headers());
        RpcError stale = await BacktestHost.RefusedAsync(() => host.Backtests.ListBacktestsAsync(
            new ListBacktestsRequest { PageSize = 2, PageToken = first.NextPageToken, Strategy = "sma_cross" }, BacktestHost.Headers()).ResponseAsync);
        Assert.Equal("PAGE_TOKEN_INVALID", stale.Reason);
        RpcError size = await BacktestHost.RefusedAsync(() => host.Backtests.ListBacktestsAsync(
            new ListBacktestsRequest { PageSize = 501 }, BacktestHost.Headers()).ResponseAsync);
        Assert.Equal("PAGE_SIZE_INVALID", size.Reason);
    }

    [Fact]
    public async Task Watch_RunningBacktest_EndsWithItsEnd()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string id = (await host.CreateAsync(BacktestHost.Spec())).BacktestId;
        using AsyncServerStreamingCall<WatchBacktestResponse> call = host.Backtests.WatchBacktest(
            new WatchBacktestRequest { BacktestId = id }, BacktestHost.Headers());
        List<BacktestState> states = [];
        while (await call.ResponseStream.MoveNext(_deadline.Token))
        {
            states.Add(call.ResponseStream.Current.Backtest.State);
        }

        Assert.Equal(BacktestState.Succeeded, states[^1]);
        Assert.Equal(states.Order(), states);
    }

    [Fact]
    public async Task Lease_HolderSilent_IsTakenOverAndTheHolderChangesNothing()
    {
        string database = await BacktestHost.EmptyDatabaseAsync(fixture.Servers, _deadline.Token);
        await using BacktestHost host = await BacktestHost.StartOnAsync(database, _deadline.Token);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        var store = new LeaseStore(source);

        // A holder of a killed process: claimed under epoch 1, the lease in the past.
        Guid id = Guid.CreateVersion7();
        await using (NpgsqlCommand insert = source.CreateCommand(
            """
            insert into backtest.backtests(backtest_id, project_id, strategy, spec, state, epoch, attempt_count, lease_until)
            values ($1, 'default', 'sma_cross', $2, 'running', 1, 1, clock_timestamp() + interval '1 second')
            """))
        {
            BacktestSpec spec = BacktestHost.Spec();
            EasyQuant.BacktestService.Grpc.SpecReader.FillDefaults(spec);
            insert.Add(id).Add(Google.Protobuf.JsonFormatter.Default.Format(spec));
            await insert.ExecuteNonQueryAsync(_deadline.Token);
        }

        var dead = new BacktestLease(id, "default", "", 1, 1);
        Contracts.Backtest.V1.Backtest ended = await host.EndAsync(id.ToString("D"));
        Assert.Equal(BacktestState.Succeeded, ended.State);
        Assert.False(await store.RenewAsync(dead, TimeSpan.FromSeconds(5), 0.5, _deadline.Token));
        Assert.False(await store.FailAsync(dead, "X", "x", _deadline.Token));
        Assert.False(await store.SucceedAsync(dead, new JobResult("{}", "{}", 0, [], [], null), _deadline.Token));
        await using NpgsqlCommand count = source.CreateCommand("select epoch || '/' || attempt_count || '/' || (select count(distinct backtest_id) from backtest.result_chunks) from backtest.backtests");
        Assert.Equal("2/2/1", await count.ExecuteScalarAsync(_deadline.Token));
    }

    [Fact]
    public async Task Lease_StartedTooOften_FailsForGood()
    {
        string database = await BacktestHost.EmptyDatabaseAsync(fixture.Servers, _deadline.Token);
        await using BacktestHost host = await BacktestHost.StartOnAsync(database, _deadline.Token);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        Guid id = Guid.CreateVersion7();
        await using NpgsqlCommand insert = source.CreateCommand(
            """
            insert into backtest.backtests(backtest_id, project_id, strategy, spec, state, epoch, attempt_count, lease_until)
            values ($1, 'default', 'sma_cross', '{}', 'running', 4, 4, clock_timestamp() - interval '1 second')
            """);
        insert.Add(id);
        await insert.ExecuteNonQueryAsync(_deadline.Token);
        Assert.Equal("ATTEMPTS_EXHAUSTED", (await host.EndAsync(id.ToString("D"))).ErrorReason);
    }

    [Fact]
    public async Task Cancel_WaitingOrEnded_IsIdempotent()
    {
        string database = await BacktestHost.EmptyDatabaseAsync(fixture.Servers, _deadline.Token);
        await using BacktestHost host = await BacktestHost.StartOnAsync(database, _deadline.Token);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(database);
        Guid id = Guid.CreateVersion7();

        // Held by another process, so this service cannot end it first.
        await using NpgsqlCommand insert = source.CreateCommand(
            """
            insert into backtest.backtests(backtest_id, project_id, strategy, spec, state, epoch, attempt_count, lease_until)
            values ($1, 'default', 'sma_cross', '{}', 'running', 1, 1, clock_timestamp() + interval '1 hour')
            """);
        insert.Add(id);
        await insert.ExecuteNonQueryAsync(_deadline.Token);
        RpcError early = await BacktestHost.RefusedAsync(() => host.Backtests.ReadTradesAsync(
            new ReadTradesRequest { BacktestId = id.ToString("D") }, BacktestHost.Headers()).ResponseAsync);
        Assert.Equal((StatusCode.FailedPrecondition, "RESULT_NOT_READY"), (early.Status, early.Reason));
        var request = new CancelBacktestRequest { BacktestId = id.ToString("D") };
        Contracts.Backtest.V1.Backtest first = (await host.Backtests.CancelBacktestAsync(request, BacktestHost.Headers())).Backtest;
        Contracts.Backtest.V1.Backtest second = (await host.Backtests.CancelBacktestAsync(request, BacktestHost.Headers())).Backtest;
        Assert.Equal(BacktestState.Cancelled, first.State);
        Assert.Equal(first, second);
        var holder = new BacktestLease(id, "default", "", 1, 1);
        Assert.False(await new LeaseStore(source).SucceedAsync(holder, new JobResult("{}", "{}", 0, [], [], null), _deadline.Token));
    }

    [Fact]
    public async Task Stop_BacktestsWaiting_AreDoneByTheNextService()
    {
        string database = await BacktestHost.EmptyDatabaseAsync(fixture.Servers, _deadline.Token);
        List<string> ids = [];
        await using (BacktestHost first = await BacktestHost.StartOnAsync(database, _deadline.Token))
        {
            for (int i = 0; i < 8; i++)
            {
                ids.Add((await first.CreateAsync(BacktestHost.Spec(2 + i, 20))).BacktestId);
            }
        }

        await using BacktestHost second = await BacktestHost.StartOnAsync(database, _deadline.Token, slotCount: 3);
        foreach (string id in ids)
        {
            Assert.Equal(BacktestState.Succeeded, (await second.EndAsync(id)).State);
        }
    }

    [Fact]
    public async Task Strategies_Listed_HaveTitlesAndSchemas()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        ListStrategiesResponse response = await host.Backtests.ListStrategiesAsync(new ListStrategiesRequest(), BacktestHost.Headers());
        Assert.Equal(StrategyCatalog.Definitions.Select(one => one.Name), response.Strategies.Select(strategy => strategy.Name));
        Assert.Contains("sma_cross", response.Strategies.Select(strategy => strategy.Name));
        Assert.All(response.Strategies, strategy => Assert.True(
            strategy.Title.En.Length > 0 && strategy.Title.Zh.Length > 0 && strategy.ParametersSchema.Fields.ContainsKey("properties")));
    }

    private static async Task<BacktestResult> ComputeAsync(BacktestHost host)
    {
        DataTable table = await host.Services.GetRequiredService<DataCatalog>().RequireAsync("default", "daily_bars", CancellationToken.None);
        Table bars = await host.Services.GetRequiredService<BarRows>().ReadAsync(
            table, new BarFilter([], DateOnly.MinValue, DateOnly.MaxValue), 1_000_000, CancellationToken.None);
        Assert.Equal(BacktestHost.SymbolCount * BacktestHost.DayCount, bars.RowCount);
        return Backtester.Run(
            DailyPanelReader.Read(bars), "sma_cross", new JsonObject { ["fast"] = 3, ["slow"] = 10 }, new BacktestSettings(), null, CancellationToken.None);
    }

    private static async Task RefusedAsync(
        BacktestHost host, StatusCode status, string reason, string? field, Action<BacktestSpec> change)
    {
        BacktestSpec spec = BacktestHost.Spec();
        change(spec);
        RpcError error = await BacktestHost.RefusedAsync(() => host.CreateAsync(spec));
        Assert.Equal((status, reason), (error.Status, error.Reason));
        Assert.Equal(field, error.Violations.FirstOrDefault()?.Field);
    }
}
