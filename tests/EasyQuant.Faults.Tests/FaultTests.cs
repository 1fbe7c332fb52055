using System.Globalization;
using System.Text.Json.Nodes;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.EndToEnd;
using EasyQuant.EndToEnd.Samples;
using EasyQuant.Samples.Demo;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;

namespace EasyQuant.Faults;

/// <summary>Processes die in the middle of the samples: the samples finish, nothing is written or run twice.</summary>
[Collection(FaultCollection.Name)]
public sealed class FaultTests(FaultFixture platform)
{
    private const int TriesMax = 6;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(6);

    // Content of the table of a run without a fault: rows, keys, checksum.
    private static string? s_calm;

    [Fact]
    public async Task Runner_KilledInAPipeline_LeavesEveryRowOnce()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        await UntilHitAsync(async client =>
        {
            (WatchedRun run, string table) = await StartPipelineAsync(client, "clean", deadline.Token);
            await KillRunnerOfAsync(await run.Reached, client, deadline.Token);
            Run ended = await run.Ended;
            await AssertPipelineAsync(run, ended, table, deadline.Token);
            return ended.CrashCount > 0;
        });
    }

    [Fact]
    public async Task Runner_KilledInASweep_LeavesTheSameNumbers()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        await UntilHitAsync(async client =>
        {
            WatchedRun run = await WatchedRun.StartAsync(client, "sma-sweep", new Struct(), "sweep", deadline.Token);
            await KillRunnerOfAsync(await run.Reached, client, deadline.Token);
            Run ended = await run.Ended;
            await AssertSweepAsync(client, run, ended, deadline.Token);
            return ended.CrashCount > 0;
        });
    }

    [Fact]
    public async Task Broker_KilledInTheMiddle_LosesAndRepeatsNothing()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        await UntilHitAsync(async client =>
        {
            (WatchedRun pipeline, string table) = await StartPipelineAsync(client, "clean", deadline.Token);
            await pipeline.Reached;
            DateTime killed = KillServer("messaging");
            // Accepted while the broker is away: their hints wait in the outbox.
            WatchedRun sweep = await WatchedRun.StartAsync(client, "sma-sweep", new Struct(), "sweep", deadline.Token);
            (WatchedRun late, string lateTable) = await StartPipelineAsync(client, "clean", deadline.Token);

            Run ended = await pipeline.Ended;
            await AssertPipelineAsync(pipeline, ended, table, deadline.Token);
            await AssertSweepAsync(client, sweep, await sweep.Ended, deadline.Token);
            await AssertPipelineAsync(late, await late.Ended, lateTable, deadline.Token);
            await platform.WaitHealthyAsync(deadline.Token);
            await AssertOutboxEmptiesAsync(deadline.Token);
            return ended.EndTime.ToDateTime() > killed;
        });
    }

    [Fact]
    public async Task Database_KilledInTheMiddle_LosesAndRepeatsNothing()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        await UntilHitAsync(async client =>
        {
            WatchedRun sweep = await WatchedRun.StartAsync(client, "sma-sweep", new Struct(), "sweep", deadline.Token);
            (WatchedRun pipeline, string table) = await StartPipelineAsync(client, "clean", deadline.Token);
            await pipeline.Reached;
            DateTime killed = KillServer("postgres");

            Run pipelineEnded = await pipeline.Ended;
            Run sweepEnded = await sweep.Ended;
            await platform.WaitHealthyAsync(deadline.Token);
            await AssertPipelineAsync(pipeline, pipelineEnded, table, deadline.Token);
            await AssertSweepAsync(client, sweep, sweepEnded, deadline.Token);
            await AssertOutboxEmptiesAsync(deadline.Token);
            return pipelineEnded.EndTime.ToDateTime() > killed && sweepEnded.EndTime.ToDateTime() > killed;
        });
    }

    /// <summary>F10 for all that the AppHost runs, six services and both servers, under L1, L4 and L6: it comes back without a hand.</summary>
    [Fact]
    public async Task Everything_KilledAtOnce_LosesAndRepeatsNothing()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        await UntilHitAsync(async client =>
        {
            WatchedSchedule schedule = await WatchedSchedule.StartAsync(platform, client, 15, deadline.Token);
            WatchedRun sweep = await WatchedRun.StartAsync(client, "sma-sweep", new Struct(), "sweep", deadline.Token);
            (WatchedRun pipeline, string table) = await StartPipelineAsync(client, "clean", deadline.Token);
            await pipeline.Reached;
            int[] everything = [.. PlatformHost.Services.Concat(["postgres", "messaging"]).SelectMany(name => platform.Host.Processes(name).Values)];
            Random.Shared.Shuffle(everything);
            DateTime killed = DateTime.UtcNow;
            PlatformHost.Kill(everything);

            Run pipelineEnded = await pipeline.Ended;
            Run sweepEnded = await sweep.Ended;
            await platform.WaitHealthyAsync(deadline.Token);
            await AssertPipelineAsync(pipeline, pipelineEnded, table, deadline.Token);
            await AssertSweepAsync(client, sweep, sweepEnded, deadline.Token);
            await schedule.AssertEachFiredOnceAsync(deadline.Token);
            await AssertOutboxEmptiesAsync(deadline.Token);
            return pipelineEnded.EndTime.ToDateTime() > killed && sweepEnded.EndTime.ToDateTime() > killed;
        });
    }

    /// <summary>F12 for all six services under L1, L4 and L6: an update of the platform, one service after the other, takes no attempt from any run.</summary>
    [Fact]
    public async Task Services_RestartedOneAfterTheOther_NoRunNoticesIt()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        await platform.UseUsualLeasesAsync(true, deadline.Token);
        await UntilHitAsync(async client =>
        {
            WatchedSchedule schedule = await WatchedSchedule.StartAsync(platform, client, 15, deadline.Token);
            WatchedRun sweep = await WatchedRun.StartAsync(client, "sma-sweep", new Struct(), "sweep", deadline.Token);
            (WatchedRun pipeline, string table) = await StartPipelineAsync(client, "clean", deadline.Token);
            await pipeline.Reached;
            DateTime began = DateTime.UtcNow;
            foreach (string service in PlatformHost.Services)
            {
                await platform.Host.RestartAsync(service, deadline.Token);
            }

            Run pipelineEnded = await pipeline.Ended;
            Run sweepEnded = await sweep.Ended;
            await AssertPipelineAsync(pipeline, pipelineEnded, table, deadline.Token);
            await AssertSweepAsync(client, sweep, sweepEnded, deadline.Token);
            await schedule.AssertEachFiredOnceAsync(deadline.Token);
            await AssertOutboxEmptiesAsync(deadline.Token);
            pipeline.AssertUndisturbed(pipelineEnded);
            sweep.AssertUndisturbed(sweepEnded);
            return pipelineEnded.EndTime.ToDateTime() > began && sweepEnded.EndTime.ToDateTime() > began;
        });
        await platform.UseUsualLeasesAsync(false, deadline.Token);
    }

    [Theory]
    [InlineData("db-save.before-commit:exit137:1")]
    [InlineData("db-save.after-commit:exit137:1")]
    [InlineData("runner.effect.after:exit137:1")]
    public async Task Runner_DyingBetweenEffectAndReport_LeavesEveryRowOnce(string failpoint)
    {
        using CancellationTokenSource deadline = new(s_deadline);
        Task death = await platform.ArmAsync(failpoint, deadline.Token);
        using PlatformClient client = platform.Client();

        (WatchedRun run, string table) = await StartPipelineAsync(client, "save_bars", deadline.Token);
        Run ended = await run.Ended;
        await death;

        Assert.True(ended.CrashCount > 0, $"Run {ended.RunId}: no Runner met {failpoint}.");
        await AssertPipelineAsync(run, ended, table, deadline.Token);
    }

    /// <returns>When it was dead.</returns>
    private DateTime KillServer(string resource)
    {
        PlatformHost.Kill(platform.Host.Processes(resource).Values);
        return DateTime.UtcNow;
    }

    // A fault that came after the end of the run shows nothing: then it is tried again.
    private async Task UntilHitAsync(Func<PlatformClient, Task<bool>> attempt)
    {
        using PlatformClient client = platform.Client();
        for (int i = 0; i < TriesMax; i++)
        {
            if (await attempt(client))
            {
                return;
            }
        }

        Assert.Fail($"In {TriesMax} tries the run always ended before the kill.");
    }

    private async Task<(WatchedRun Run, string Table)> StartPipelineAsync(PlatformClient client, string node, CancellationToken cancellationToken)
    {
        string table = "bars_" + Guid.CreateVersion7().ToString("N");
        Struct inputs = new() { Fields = { ["table"] = Value.ForString(table) } };
        return (await WatchedRun.StartAsync(client, AppendingPipeline.Name, inputs, node, cancellationToken), table);
    }

    private async Task KillRunnerOfAsync(RunEvent reached, PlatformClient client, CancellationToken cancellationToken)
    {
        Run run = await client.GetAsync(reached.RunId, cancellationToken);
        using GrpcChannel channel = GrpcChannel.ForAddress(platform.Host.Grpc);
        WorkerService.WorkerServiceClient workers = new(channel);
        Metadata key = new() { { "authorization", "Bearer " + platform.Host.Key } };
        ListWorkersResponse all = await workers.ListWorkersAsync(new ListWorkersRequest(), key, cancellationToken: cancellationToken);
        Worker worker = all.Workers.Single(w => w.Registration.WorkerId == run.WorkerId);
        Assert.Contains(worker.Registration.ProcessId, platform.Host.Processes("runner").Values);
        PlatformHost.Kill(worker.Registration.ProcessId);
    }

    private async Task AssertPipelineAsync(WatchedRun run, Run ended, string table, CancellationToken cancellationToken)
    {
        run.AssertDoneOnce(ended);
        Assert.Equal(await CalmAsync(cancellationToken), await ContentAsync(table, cancellationToken));
        JsonNode summary = JsonNode.Parse(JsonFormatter.Default.Format(ended.Outputs.Fields["summary"]))!;
        Assert.Equal(JsonNode.Parse(await File.ReadAllTextAsync(Repository.PathOf("samples", "expected", "daily-pipeline.json"), cancellationToken))!["summary"]!["bars_saved"]!.ToJsonString(), summary["bars_saved"]!.ToJsonString());
    }

    private static async Task AssertSweepAsync(PlatformClient client, WatchedRun run, Run ended, CancellationToken cancellationToken)
    {
        run.AssertDoneOnce(ended);
        ExpectedNumbers.Check("sma-sweep", await SampleOutputs.ReadAsync(client, "sma-sweep", ended, cancellationToken));
    }

    private async Task<string> CalmAsync(CancellationToken cancellationToken)
    {
        if (s_calm is null)
        {
            using PlatformClient client = platform.Client();
            (WatchedRun run, string table) = await StartPipelineAsync(client, "clean", cancellationToken);
            run.AssertDoneOnce(await run.Ended);
            s_calm = await ContentAsync(table, cancellationToken);
        }

        return s_calm;
    }

    private async Task<string> ContentAsync(string table, CancellationToken cancellationToken) => Convert.ToString(
        await platform.ScalarAsync(
            $"select count(*) || ' rows, ' || count(distinct (symbol, trading_date)) || ' keys, ' || md5(string_agg(b::text, ',' order by symbol, trading_date)) from data.\"{table}\" b",
            cancellationToken),
        CultureInfo.InvariantCulture)!;

    private Task AssertOutboxEmptiesAsync(CancellationToken cancellationToken) => Poll.UntilAsync(
        "an empty outbox of Workflow",
        async () =>
        {
            long left = (long)(await platform.ScalarAsync("select count(*) from workflow.outbox", cancellationToken))!;
            return (left == 0, $"{left} messages");
        },
        cancellationToken);
}
