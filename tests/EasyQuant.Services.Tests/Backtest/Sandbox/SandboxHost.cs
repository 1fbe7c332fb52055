using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestSandbox.Plans;
using EasyQuant.BacktestService;
using EasyQuant.BacktestService.Sandbox;
using EasyQuant.Data;
using EasyQuant.Engine;
using Microsoft.Extensions.Options;

namespace EasyQuant.Services.Tests.Backtest.Sandbox;

/// <summary>The sandbox with a data root of its own and small limits. As <c>nobody</c> it is started like by a service of an ordinary user.</summary>
internal sealed class SandboxHost : IDisposable
{
    private readonly StrategySandbox _sandbox;

    public SandboxHost(bool asNobody = false, string[]? launcher = null, SandboxOptions? limits = null, string mountInfo = "/proc/self/mountinfo")
    {
        DataRoot = Directory.CreateTempSubdirectory("eq-sandbox-").FullName;
        var folders = new SandboxFolders(Options.Create(new BacktestServiceOptions { DataRoot = DataRoot }), TimeProvider.System);
        if (asNobody && !OperatingSystem.IsWindows())
        {
            foreach (string folder in new[] { DataRoot, Path.GetDirectoryName(folders.Program)! })
            {
                File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
            }
        }

        IOptions<SandboxOptions> options = Options.Create(limits ?? new SandboxOptions
        {
            HeapBytesMax = 256 << 20,
            CpuTimeMax = TimeSpan.FromSeconds(3),
            WallTimeMax = TimeSpan.FromSeconds(60),
            OutputBytesMax = 16 << 20,
        });
        Groups = new ControlGroups(options, TimeProvider.System) { MountInfo = mountInfo };
        _sandbox = new StrategySandbox(folders, Groups, options, TimeProvider.System)
        {
            Launcher = launcher ?? (asNobody ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []),
        };
        Strategies = new UserStrategies(_sandbox, options);
    }

    public string DataRoot { get; }

    public UserStrategies Strategies { get; }

    public ControlGroups Groups { get; }

    /// <summary>What the service does at its start.</summary>
    public SandboxCheck Check(Microsoft.Extensions.Logging.ILogger<SandboxCheck> logger) => new(_sandbox, Groups, logger);

    /// <summary>120 days of one symbol.</summary>
    public static Table Bars { get; } = MakeBars();

    public async Task<(IReadOnlyList<ResultChunk> Chunks, ResultSummary? Summary)> RunAsync(
        CompiledStrategy strategy, FaultPolicy policy = FaultPolicy.Stop, JsonObject? parameters = null, CancellationToken cancellationToken = default)
    {
        var answer = await Strategies.RunAsync(
            new SandboxJob
            {
                Strategy = "mine",
                ClassName = strategy.Answer.ClassName,
                SourceParameters = strategy.Answer.Parameters,
                Parameters = parameters ?? [],
                Settings = new BacktestSettings(),
                FaultPolicy = policy,
            },
            strategy.Assembly,
            strategy.Symbols,
            new SandboxData(Bars, null),
            _ => { },
            _ => ValueTask.CompletedTask,
            cancellationToken);
        return (answer.Chunks, answer.Summary);
    }

    /// <summary>Compiles and runs a strategy whose OnBar is the given text, without the check of what it may use.</summary>
    public Task<(IReadOnlyList<ResultChunk> Chunks, ResultSummary? Summary)> RunHostileAsync(string onBar, string members = "") =>
        RunAsync(HostileStrategy.Compile(onBar, members));

    public async Task<SandboxException> FailsAsync(string onBar, string members = "") =>
        await Assert.ThrowsAsync<SandboxException>(() => RunHostileAsync(onBar, members));

    public void Dispose()
    {
        _sandbox.Dispose();
        Directory.Delete(DataRoot, recursive: true);
    }

    private static Table MakeBars()
    {
        TableBuilder builder = new([
            new ColumnSchema("symbol", ColumnType.String),
            new ColumnSchema("trading_date", ColumnType.Date),
            new ColumnSchema("open", ColumnType.Decimal, 4),
            new ColumnSchema("high", ColumnType.Decimal, 4),
            new ColumnSchema("low", ColumnType.Decimal, 4),
            new ColumnSchema("close", ColumnType.Decimal, 4),
            new ColumnSchema("volume", ColumnType.Int64),
        ]);
        for (int day = 0; day < 120; day++)
        {
            long price = 100_000 + (day % 17 * 1_000);
            builder[0].Append("600000.SH");
            builder[1].Append(new DateOnly(2024, 1, 1).AddDays(day));
            builder[2].AppendRaw(price);
            builder[3].AppendRaw(price + 500);
            builder[4].AppendRaw(price - 500);
            builder[5].AppendRaw(price + 200);
            builder[6].AppendRaw(1_000_000);
        }

        return builder.Build();
    }
}
