using System.Globalization;
using EasyQuant.Bench.Runs;
using Grpc.Net.Client;

namespace EasyQuant.Bench.Fanout;

/// <summary>
/// Fan-outs on the platform: a Workflow service and two Runners as processes, PostgreSQL with fsync, RabbitMQ. Every figure is the time of the
/// step <c>BatchScheduler</c> as Workflow stored it, durable items included. Efficiency: the time of a bare loop over the same items on as many threads
/// (<see cref="BareItems"/>), over the time of the fan-out, the median of three. The reference of durable items is bare SQL in the same cluster.
/// </summary>
public static class FanoutBench
{
    private const int ComputingCount = 10_000;
    private const int WarmCount = 5_000;
    private const int WarmRounds = 2;
    private const int WarmRoundsMax = 12;
    private const int EmptyCount = 10_000;
    private const int ManyCount = 100_000;
    private const int RemoteCount = 5_000;
    private const int CoreCount = 2;

    private const string Nothing = """  "inputs":[{"name":"n","type":"integer"}],"outputs":[{"name":"n","from":"m.value"}],"nodes":[{"id":"m","type":"JsonMap","params":{"value":"${inputs.n}"}}]  """;
    private const string Half = """  "inputs":[{"name":"n","type":"integer"}],"nodes":[{"id":"d","type":"Delay","params":{"seconds":0.5}}]  """;
    private const string Parse = """  "inputs":[{"name":"n","type":"integer"}],"nodes":[{"id":"l","type":"CsvLoader","params":{"path":"item.csv"}}]  """;

    /// <summary>Runs the bench and prints one JSON line a metric.</summary>
    /// <param name="args">Parts to run, of <c>many</c>, <c>halves</c>, <c>efficiency</c>, <c>overhead</c> and <c>remote</c>; all without any.</param>
    /// <param name="cancellationToken">Stops the bench.</param>
    /// <returns>0 when every run succeeded.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        await using RunsPlatform platform = await RunsPlatform.StartAsync(cancellationToken);
        double bare = await BareClaims.MeasureAsync(platform.ConnectionString, TimeSpan.FromSeconds(5), cancellationToken);
        string folder = Directory.CreateDirectory(Path.Combine(platform.DataRoot, "files", "default")).FullName;
        await platform.StartServicesAsync(cancellationToken);
        using GrpcChannel channel = GrpcChannel.ForAddress(platform.WorkflowAddress);
        var client = new FanoutClient(channel, platform);
        await client.WaitForNodesAsync(cancellationToken);
        await client.CreateAsync("nothing", Nothing, cancellationToken);
        await client.CreateAsync("half", Half, cancellationToken);
        await client.CreateAsync("parse", Parse, cancellationToken);

        if (Wants("many"))
        {
            await HundredThousandAsync(client, platform, cancellationToken);
        }

        if (Wants("halves"))
        {
            await HalvesAsync(client, cancellationToken);
        }

        if (Wants("efficiency"))
        {
            await EfficiencyAsync(client, folder, cancellationToken);
        }

        if (Wants("overhead"))
        {
            await OverheadAsync(client, cancellationToken);
        }

        if (Wants("remote"))
        {
            await RemoteAsync(client, platform, bare, cancellationToken);
        }

        return 0;

        bool Wants(string part) => args.Length == 0 || args.Contains(part);
    }

    private static async Task HalvesAsync(FanoutClient client, CancellationToken cancellationToken)
    {
        double halves = double.MaxValue;
        for (int round = 0; round < 4; round++)
        {
            halves = Math.Min(halves, await client.MeasureAsync("half", "threads", 8, 8, cancellationToken));
        }

        BenchLine.Print("fanout", "eight_halves_seconds", halves, "s", "8 items of 0.5 s on 8 threads; at most 0.7");
    }

    private static async Task EfficiencyAsync(FanoutClient client, string folder, CancellationToken cancellationToken)
    {
        var bare = new BareItems(folder);
        (int rows, double item) = await bare.CalibrateAsync(cancellationToken);
        double before = await bare.MeasureAsync(CoreCount, ComputingCount, cancellationToken);
        (double coldThreads, double threads) = await ComputingAsync(client, "threads", cancellationToken);
        (double coldProcesses, double processes) = await ComputingAsync(client, "processes", cancellationToken);
        // The lower one: what slowed the other down was not the item.
        double reference = Math.Min(before, await bare.MeasureAsync(CoreCount, ComputingCount, cancellationToken));
        string items = string.Create(CultureInfo.InvariantCulture, $"an item parses a file of {rows} lines, {item * 1e3:0.00} ms on one thread alone");
        PrintEfficiency("threads", threads, $"both Runners had executed at least {WarmRounds * WarmCount} such items, as the loop had");
        PrintEfficiency("threads_cold", coldThreads, "the first items of its Runner");
        PrintEfficiency("processes", processes, $"the child processes of both Runners had executed at least {WarmRounds * WarmCount} such items, as the loop had");
        PrintEfficiency("processes_cold", coldProcesses, "no child process was there");

        void PrintEfficiency(string metric, double seconds, string state) => BenchLine.Print(
            "fanout",
            $"efficiency_{metric}",
            reference / seconds,
            "",
            string.Create(
                CultureInfo.InvariantCulture,
                $"bare loop over the same {ComputingCount} items on {CoreCount} threads: {reference:0.0} s; the fan-out took {seconds:0.0} s, {state}; {items}"));
    }

    private static async Task OverheadAsync(FanoutClient client, CancellationToken cancellationToken)
    {
        foreach (string mode in new[] { "inline", "threads", "processes" })
        {
            await client.MeasureAsync("nothing", mode, EmptyCount / 4, CoreCount, cancellationToken);
            double seconds = await client.MeasureAsync("nothing", mode, EmptyCount, CoreCount, cancellationToken);
            BenchLine.Print("fanout", $"overhead_us_{mode}", seconds / EmptyCount * 1e6, "us", "an item of one JsonMap, its durable state included");
        }
    }

    private static async Task RemoteAsync(FanoutClient client, RunsPlatform platform, double bare, CancellationToken cancellationToken)
    {
        await client.MeasureAsync("nothing", "remote", RemoteCount, 1_000, cancellationToken);
        await client.MeasureAsync("nothing", "remote", RemoteCount, 1_000, cancellationToken);
        double remote = await client.MeasureAsync("nothing", "remote", RemoteCount, 1_000, cancellationToken);
        double bareAfter = await BareClaims.MeasureAsync(platform.ConnectionString, TimeSpan.FromSeconds(5), cancellationToken);
        double reference = Math.Max(bare, bareAfter);
        BenchLine.Print("fanout", "overhead_us_remote", remote / RemoteCount * 1e6, "us", "an item of one JsonMap as a durable run");
        BenchLine.Print("fanout", "durable_items_per_second", RemoteCount / remote, "1/s", "5,000 children, two Runners");
        BenchLine.Print(
            "fanout", "durable_ratio", RemoteCount / remote / reference, "",
            string.Create(CultureInfo.InvariantCulture, $"bare claim + complete + outbox in SQL, 8 clients: {reference:0}/s"));
    }

    // First of all, so that the peak is of these items; their inputs come as a table, as they do in earnest.
    private static async Task HundredThousandAsync(FanoutClient client, RunsPlatform platform, CancellationToken cancellationToken)
    {
        double idle = platform.LargestRunnerBytes / 1e6;
        await client.MeasureRowsAsync("nothing", "threads", EmptyCount, CoreCount, cancellationToken);
        double few = platform.LargestRunnerBytes / 1e6;
        (string runId, double seconds) = await client.MeasureRowsAsync("nothing", "threads", ManyCount, CoreCount, cancellationToken);
        double many = platform.LargestRunnerBytes / 1e6;
        BenchLine.Print("fanout", "hundred_thousand_seconds", seconds, "s", "100,000 items with durable states in mode threads");
        BenchLine.Print(
            "fanout", "parent_peak_mb_100k", many, "MB",
            string.Create(CultureInfo.InvariantCulture, $"peak resident memory of the larger Runner; idle {idle:0} MB, after {EmptyCount} items {few:0} MB"));
        (double first, double last, double filtered) = await client.MeasurePagesAsync(runId, cancellationToken);
        BenchLine.Print(
            "fanout", "list_page_ms_100k", Math.Max(first, Math.Max(last, filtered)), "ms",
            string.Create(CultureInfo.InvariantCulture, $"the slowest of three pages of 200 of 100,000 items: first {first:0.0} ms, last {last:0.0} ms, last with a filter by state {filtered:0.0} ms"));
    }

    // A Runner and its child processes serve for days: the loop beside them is warm, and so are they; what the first items cost is a figure of its own.
    private static async Task<(double Cold, double Warm)> ComputingAsync(FanoutClient client, string mode, CancellationToken cancellationToken)
    {
        double cold = await client.MeasureAsync("parse", mode, ComputingCount, CoreCount, cancellationToken);
        var rounds = new Dictionary<string, int>();
        for (int round = 0; round < WarmRoundsMax && (rounds.Count < 2 || rounds.Values.Min() < WarmRounds); round++)
        {
            (string workerId, _) = await client.MeasureOnAsync("parse", mode, WarmCount, CoreCount, cancellationToken);
            rounds[workerId] = rounds.GetValueOrDefault(workerId) + 1;
        }

        if (rounds.Count < 2 || rounds.Values.Min() < WarmRounds)
        {
            throw new InvalidOperationException($"In {WarmRoundsMax} fan-outs one of the Runners got fewer than {WarmRounds}.");
        }

        double[] warm = new double[3];
        for (int i = 0; i < warm.Length; i++)
        {
            warm[i] = await client.MeasureAsync("parse", mode, ComputingCount, CoreCount, cancellationToken);
        }

        return (cold, warm.Order().ElementAt(warm.Length / 2));
    }
}
