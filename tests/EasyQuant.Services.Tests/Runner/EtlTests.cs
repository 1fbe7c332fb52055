using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Samples.Demo;
using EasyQuant.Samples.Etl;
using EasyQuant.Testing;
using Google.Protobuf;
using Npgsql;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>The sample etl-stocks: a vendor that is slow, rate-limited and fails, and Runners that die.</summary>
public sealed class EtlTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const int BarCount = 20;
    // Below what eight at a time ask for.
    private const int RequestsPerSecondMax = 40;
    private const int AtOnceMax = 8;

    // The whole sample: EQ_ETL_SYMBOLS=5000.
    private static readonly int s_symbolCount =
        int.TryParse(Environment.GetEnvironmentVariable("EQ_ETL_SYMBOLS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? Math.Clamp(count, 50, 5_000) : 60;

    [Fact]
    public async Task Download_RunnersKilledTwice_EveryRowOnce()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120 + (s_symbolCount / 5)));
        int port = FreePort();
        await using VendorServer vendor = VendorServer.Start(new VendorOptions { Port = port, SymbolCount = s_symbolCount, BarCount = BarCount, RequestsPerSecondMax = RequestsPerSecondMax, Time = TimeProvider.System });
        await using RunnerHost host = await RunnerHost.StartAsync(
            fixture.Servers,
            withRunner: false,
            settings: new Dictionary<string, string?> { ["Runner:HttpAllowedEndpoints:0"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}") },
            lease: "00:00:06");
        using Process first = RunnerProcess.Start(host, "db-save.after-commit:exit137:10");
        await host.WaitForCatalogueAsync(deadline.Token);
        foreach (string name in new[] { "etl-download", "etl-stocks" })
        {
            await host.Workflow.Workflows.CreateWorkflowAsync(
                new CreateWorkflowRequest { Definition = JsonParser.Default.Parse<WorkflowDefinition>(SampleData.ReadWorkflow(name)) });
        }

        Run run = await host.StartAsync("etl-stocks", $$"""{"server":"{{vendor.Address}}"}""");
        await first.WaitForExitAsync(deadline.Token);
        using Process second = RunnerProcess.Start(host, "db-save.before-commit:exit137:12");
        await second.WaitForExitAsync(deadline.Token);
        Assert.Equal((137, 137), (first.ExitCode, second.ExitCode));

        await host.StartRunnerAsync(deadline.Token);
        Run ended = run;
        while (ended.State is RunState.Queued or RunState.Running)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Delay(100, deadline.Token);
            ended = (await host.Workflow.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId }, cancellationToken: deadline.Token)).Run;
        }

        Assert.True(ended.State == RunState.Succeeded, $"{ended.Error}");
        Assert.True(ended.CrashCount >= 2, $"Only {ended.CrashCount} Runners died with the run.");
        Assert.True(vendor.FailedCount > 0, "The vendor never failed.");
        Assert.True(vendor.RefusedCount > 0, "The vendor never refused for its rate.");
        Assert.InRange(vendor.MostAtOnce, 2, AtOnceMax);
        await using NpgsqlCommand rows = host.Workflow.DataSource.CreateCommand("select count(*), count(distinct (symbol, trading_date)), count(distinct symbol) from data.etl_bars");
        await using NpgsqlDataReader reader = await rows.ExecuteReaderAsync(deadline.Token);
        Assert.True(await reader.ReadAsync(deadline.Token));
        Assert.Equal(
            (s_symbolCount * BarCount, s_symbolCount * BarCount, s_symbolCount), ((int)reader.GetInt64(0), (int)reader.GetInt64(1), (int)reader.GetInt64(2)));
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
