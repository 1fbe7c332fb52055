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

/// <summary>The sample etl-stocks, whole: a vendor that is slow, rate-limited and fails, and Runners that die.</summary>
public sealed class EtlTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const int SymbolCount = 5_000;
    private const int BarCount = 20;
    // Below what eight at a time ask for on a quick machine; a slow one meets the quota.
    private const int RequestsPerSecondMax = 100;
    private const int QuotaMax = 500;
    private const int AtOnceMax = 8;
    private const int PortsMax = 20;

    [Fact]
    public async Task Download_FiveThousandSymbolsAndRunnersKilledTwice_EveryRowOnce()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(15));
        await using VendorServer vendor = StartVendor();
        await using RunnerHost host = await RunnerHost.StartAsync(
            fixture.Servers,
            withRunner: false,
            settings: new Dictionary<string, string?> { ["Runner:HttpAllowedEndpoints:0"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{vendor.Address.Port}") },
            lease: "00:00:15");
        // Both die in the middle of an item: one has just written its rows, one is about to.
        using Process first = RunnerProcess.Start(host, "db-save.after-commit:exit137:1200");
        await host.WaitForCatalogueAsync(deadline.Token);
        foreach (string name in new[] { "etl-download", "etl-stocks" })
        {
            await host.Workflow.Workflows.CreateWorkflowAsync(
                new CreateWorkflowRequest { Definition = JsonParser.Default.Parse<WorkflowDefinition>(SampleData.ReadWorkflow(name)) });
        }

        Run run = await host.StartAsync("etl-stocks", $$"""{"server":"{{vendor.Address}}"}""");
        await first.WaitForExitAsync(deadline.Token);
        await AssertItemsAreOpenAsync(host, run);
        using Process second = RunnerProcess.Start(host, "db-save.before-commit:exit137:1500");
        await second.WaitForExitAsync(deadline.Token);
        await AssertItemsAreOpenAsync(host, run);
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
        AssertVendorWasDifficult(vendor);
        await AssertRowsAsync(host, deadline.Token);
        Item[] items = await ItemsAsync(host, run, deadline.Token);
        Assert.Equal(Enumerable.Range(0, SymbolCount), items.Select(item => item.Index));
        Assert.All(items, item => Assert.Equal(ItemState.Succeeded, item.State));
        // The two that died and the one that went on to the end.
        Assert.Equal(3, items.Select(item => item.WorkerId).Distinct().Count());
    }

    private static void AssertVendorWasDifficult(VendorServer vendor)
    {
        Assert.True(vendor.RefusedCount >= SymbolCount / QuotaMax - 1, $"The vendor refused only {vendor.RefusedCount} requests for its rate.");
        Assert.InRange(vendor.UnavailableCount, SymbolCount / 100, vendor.FailedCount);
        Assert.True(vendor.ServedCount >= SymbolCount && vendor.DelayTotal >= vendor.ServedCount * new VendorOptions { Port = 0, Time = TimeProvider.System }.DelayMin, "The vendor was not slow.");
        Assert.InRange(vendor.MostAtOnce, 2, AtOnceMax);
    }

    private static async Task AssertItemsAreOpenAsync(RunnerHost host, Run run)
    {
        FanOut left = (await host.Workflow.Items.GetFanOutAsync(new GetFanOutRequest { RunId = run.RunId, NodeId = "download" })).FanOut;
        Assert.Equal(SymbolCount, left.TotalCount);
        Assert.InRange(left.SucceededCount, 1, SymbolCount - 1_000);
        Assert.Equal(0, left.FailedCount);
    }

    private static async Task AssertRowsAsync(RunnerHost host, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand rows = host.Workflow.DataSource.CreateCommand("select count(*), count(distinct (symbol, trading_date)), count(distinct symbol) from data.etl_bars");
        await using NpgsqlDataReader reader = await rows.ExecuteReaderAsync(cancellationToken);
        Assert.True(await reader.ReadAsync(cancellationToken));
        Assert.Equal((SymbolCount * BarCount, SymbolCount * BarCount, SymbolCount), ((int)reader.GetInt64(0), (int)reader.GetInt64(1), (int)reader.GetInt64(2)));
    }

    private static async Task<Item[]> ItemsAsync(RunnerHost host, Run run, CancellationToken cancellationToken)
    {
        var items = new List<Item>();
        var request = new ListItemsRequest { RunId = run.RunId, NodeId = "download", PageSize = 1_000 };
        do
        {
            ListItemsResponse page = await host.Workflow.Items.ListItemsAsync(request, cancellationToken: cancellationToken);
            items.AddRange(page.Items);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return [.. items];
    }

    // Somebody else may take the port between the asking and the listening.
    private static VendorServer StartVendor()
    {
        for (int tries = 1; ; tries++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            int port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            try
            {
                return VendorServer.Start(new VendorOptions { Port = port, SymbolCount = SymbolCount, BarCount = BarCount, RequestsPerSecondMax = RequestsPerSecondMax, QuotaMax = QuotaMax, Time = TimeProvider.System });
            }
            catch (HttpListenerException) when (tries < PortsMax)
            {
                // Another one.
            }
        }
    }
}
