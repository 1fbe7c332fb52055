using EasyQuant.BacktestService;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Contracts.Data.V1;
using EasyQuant.Contracts.Market.V1;
using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Testing;
using Grpc.Core;
using Npgsql;
using BacktestClient = EasyQuant.Contracts.Backtest.V1.BacktestService.BacktestServiceClient;

namespace EasyQuant.Services.Tests.Backtest;

/// <summary>The Backtest service over a real database with a table of 4 symbols x 120 days, and a data root of its own.</summary>
internal sealed class BacktestHost : IAsyncDisposable
{
    public const int SymbolCount = 4;
    public const int DayCount = 120;
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly TestService _service;

    private BacktestHost(TestService service, string database, string dataRoot)
    {
        _service = service;
        Database = database;
        DataRoot = dataRoot;
    }

    public string Database { get; }

    public string DataRoot { get; }

    public Uri GrpcAddress => _service.GrpcAddress;

    public IServiceProvider Services => _service.Services;

    public BacktestClient Backtests => new(_service.Channel);

    public SweepService.SweepServiceClient Sweeps => new(_service.Channel);

    public TrialService.TrialServiceClient Trials => new(_service.Channel);

    public MarketService.MarketServiceClient Market => new(_service.Channel);

    public DataService.DataServiceClient Data => new(_service.Channel);

    public static async Task<BacktestHost> StartAsync(TestServers servers, CancellationToken cancellationToken, string sandboxTimeMax = "")
    {
        string database = await servers.CreateDatabaseAsync(cancellationToken);
        await FillAsync(database, cancellationToken);
        return await StartOnAsync(database, cancellationToken, sandboxTimeMax: sandboxTimeMax);
    }

    public static async Task<BacktestHost> StartOnAsync(string database, CancellationToken cancellationToken, int slotCount = 1, string sandboxTimeMax = "")
    {
        string root = Directory.CreateTempSubdirectory("eq-backtest-").FullName;
        TestService service = await TestService.StartAsync(
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:easyquant"] = database,
                ["EASYQUANT_DATA_ROOT"] = root,
                ["Backtest:SlotCount"] = $"{slotCount}",
                ["Backtest:LeaseDuration"] = "00:00:02",
                ["Backtest:PollInterval"] = "00:00:00.1",
                ["Backtest:WatchInterval"] = "00:00:00.05",
                ["Backtest:Sandbox:CpuTimeMax"] = sandboxTimeMax.Length > 0 ? sandboxTimeMax : "00:00:04",
                ["Backtest:Sandbox:WallTimeMax"] = sandboxTimeMax.Length > 0 ? sandboxTimeMax : "00:00:40",
            },
            builder => builder.AddBacktest(),
            app => app.MapBacktest(),
            cancellationToken);
        return new BacktestHost(service, database, root);
    }

    public static async Task<string> EmptyDatabaseAsync(TestServers servers, CancellationToken cancellationToken)
    {
        string database = await servers.CreateDatabaseAsync(cancellationToken);
        await FillAsync(database, cancellationToken);
        return database;
    }

    public static Metadata Headers(string project = "default") => TestService.Headers(project);

    public static BacktestSpec Spec(int fast = 3, int slow = 10) => new()
    {
        Strategy = "sma_cross",
        Parameters = new Google.Protobuf.WellKnownTypes.Struct
        {
            Fields =
            {
                ["fast"] = Google.Protobuf.WellKnownTypes.Value.ForNumber(fast),
                ["slow"] = Google.Protobuf.WellKnownTypes.Value.ForNumber(slow),
            },
        },
    };

    /// <summary>A grid of fast 1..n over slow 2..m+1; combinations with fast not below slow fail.</summary>
    public static SweepSpec SweepOf(int fast, int slow)
    {
        BacktestSpec backtest = Spec();
        backtest.Parameters = null;
        return new SweepSpec
        {
            Backtest = backtest,
            Axes =
            {
                new SweepAxis { Parameter = "fast", RangeStart = 1, RangeEnd = fast, RangeStep = 1 },
                new SweepAxis { Parameter = "slow", RangeStart = 2, RangeEnd = slow + 1, RangeStep = 1 },
            },
        };
    }

    public async Task<Sweep> CreateSweepAsync(SweepSpec spec, string requestId = "") =>
        (await Sweeps.CreateSweepAsync(new CreateSweepRequest { Spec = spec, RequestId = requestId }, Headers())).Sweep;

    public Task<Sweep> EndSweepAsync(string sweepId) => Eventually.BecomesAsync(
        $"sweep {sweepId} to end",
        async () => (await Sweeps.GetSweepAsync(new GetSweepRequest { SweepId = sweepId }, Headers())).Sweep,
        sweep => sweep.EndTime is not null,
        Patience);

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<Contracts.Backtest.V1.Backtest> CreateAsync(BacktestSpec spec, string requestId = "") =>
        (await Backtests.CreateBacktestAsync(new CreateBacktestRequest { Spec = spec, RequestId = requestId }, Headers())).Backtest;

    public Task<Contracts.Backtest.V1.Backtest> EndAsync(string backtestId) => Eventually.BecomesAsync(
        $"backtest {backtestId} to end",
        async () => (await Backtests.GetBacktestAsync(new GetBacktestRequest { BacktestId = backtestId }, Headers())).Backtest,
        backtest => backtest.EndTime is not null,
        Patience);

    public static async Task<RpcError> RefusedAsync(Func<Task> call)
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(RpcError.TryRead(exception, out RpcError? error), exception.ToString());
        return error;
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        Directory.Delete(DataRoot, recursive: true);
    }

    private static async Task FillAsync(string database, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(cancellationToken);
        const string Create =
            """
            create schema data;
            create table data.daily_bars(symbol text, trading_date date, open numeric(18,4), high numeric(18,4), low numeric(18,4),
                close numeric(18,4), volume bigint, amount numeric(18,4), primary key (symbol, trading_date));
            create table data.eq_effects(key text primary key);
            create table data.notes(score double precision, label text, flag boolean, at timestamptz, free numeric);
            insert into data.notes values (1.5, 'a', true, '2024-01-02T03:04:05Z', 1.25), (null, null, null, null, null), (3, 'c', false, '2024-01-03', 2);
            """;
        await using (var command = new NpgsqlCommand(Create, connection))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using NpgsqlBinaryImporter writer = await connection.BeginBinaryImportAsync(
            "copy data.daily_bars from stdin (format binary)", cancellationToken);
        var random = new Random(5);
        for (int symbol = 0; symbol < SymbolCount; symbol++)
        {
            decimal price = 10 + symbol;
            for (int day = 0; day < DayCount; day++)
            {
                decimal open = Math.Round(price * (decimal)(0.98 + (random.NextDouble() * 0.04)), 2);
                price = Math.Round(open * (decimal)(0.98 + (random.NextDouble() * 0.041)), 2);
                await writer.WriteRowAsync(
                    cancellationToken,
                    [$"60000{symbol}.SH", new DateOnly(2024, 1, 1).AddDays(day), open, Math.Max(open, price), Math.Min(open, price), price, 10_000L, price * 10_000]);
            }
        }

        await writer.CompleteAsync(cancellationToken);
    }
}
