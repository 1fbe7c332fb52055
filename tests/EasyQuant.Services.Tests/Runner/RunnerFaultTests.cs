using System.Diagnostics;
using System.Globalization;
using System.Text;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Testing;
using Npgsql;

namespace EasyQuant.Services.Tests.Runner;

public sealed class RunnerFaultTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string Save =
        """
        "nodes":[{"id":"load","type":"CsvLoader","params":{"path":"bars.csv"}},{"id":"save","type":"DbSave","params":{"table":"bars","mode":"append"}},
          {"id":"after","type":"JsonMap","params":{"value":"${nodes.save.result}"}}],
        "edges":[{"from":"load.table","to":"save.table"}]
        """;

    [Theory]
    [InlineData("runner.effect.before:exit137:1")]
    [InlineData("runner.effect.after:exit137:1")]
    [InlineData("runner.report.before:exit137:2")]
    [InlineData("runner.report.after:exit137:2")]
    public async Task Kill_AroundEffectOrReport_NextRunnerFinishesAndNothingIsDoubled(string failpoint)
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, withRunner: false);
        string folder = Path.Combine(host.Workflow.DataRoot, "files", "default");
        Directory.CreateDirectory(folder);
        var csv = new StringBuilder("symbol,date,open,high,low,close,volume,amount\n");
        for (int day = 1; day <= 20; day++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"600000.SH,2026-01-{day:00},10,11,9,10.5,1000,10500\n");
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "bars.csv"), csv.ToString());
        using Process doomed = RunnerProcess.Start(host, failpoint);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await host.WaitForCatalogueAsync(deadline.Token);
        await host.CreateAsync("save", Save);
        Run run = await host.StartAsync("save");
        await doomed.WaitForExitAsync(deadline.Token);
        Assert.Equal(137, doomed.ExitCode);
        await host.StartRunnerAsync(deadline.Token);
        Run ended = await host.WaitAsync(run.RunId);
        Assert.True(ended.State == RunState.Succeeded, $"{ended.Error}");
        await using NpgsqlCommand count = host.Workflow.DataSource.CreateCommand("select count(*) from data.bars");
        Assert.Equal(20L, await count.ExecuteScalarAsync(deadline.Token));
    }

    [Fact]
    public async Task Shutdown_RunningRun_IsGivenBackAndNotCountedAsACrash()
    {
        // A lease that outlasts the shutdown on any machine: only giving back can queue the run again.
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:10:00");
        await host.CreateAsync("slow", """  "nodes":[{"id":"f","type":"JsonMap","params":{"value":{"a":1},"fields":["missing"]},"retry":{"maxAttempts":2,"delay":"3600s","maxDelay":"3600s"}}]  """);
        Run run = await host.StartAsync("slow");
        await host.WaitAsync(run.RunId, r => r.State == RunState.Running);
        await host.StopRunnerAsync();
        Run back = await host.WaitAsync(run.RunId, r => r.State == RunState.Queued);
        Assert.Equal(0, back.CrashCount);
    }
}
