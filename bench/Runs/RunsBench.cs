using System.Diagnostics;
using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Npgsql;

namespace EasyQuant.Bench.Runs;

/// <summary>
/// Durable runs a second of a five-node graph: a Workflow service and two Runners as processes, PostgreSQL with fsync, RabbitMQ;
/// from the first CreateRuns call to the last succeeded run. The reference is bare SQL in the same cluster: claim, complete and
/// outbox insert of one row each, by eight clients, without graph, steps, history, services or broker.
/// </summary>
public static class RunsBench
{
    private const int BatchSize = 250;
    private const int CreatorCount = 2;
    // A service runs for days: the first half minute, in which the JIT watches what is hot and compiles it again, takes half of its
    // processor time and is not measured.
    private const int WarmUpCount = 60_000;

    private const string Workflow =
        """
        {"schema":"easyquant/workflow/1","name":"bench","inputs":[{"name":"start","type":"integer","required":true}],
         "outputs":[{"name":"result","from":"n4.value"}],
         "nodes":[{"id":"n0","type":"JsonMap","params":{"value":"${inputs.start}"}},{"id":"n1","type":"JsonMap"},{"id":"n2","type":"JsonMap"},
                  {"id":"n3","type":"JsonMap"},{"id":"n4","type":"JsonMap"}],
         "edges":[{"from":"n0.value","to":"n1.value"},{"from":"n1.value","to":"n2.value"},{"from":"n2.value","to":"n3.value"},{"from":"n3.value","to":"n4.value"}]}
        """;

    /// <summary>Runs the bench and prints one JSON line a metric.</summary>
    /// <param name="args">Optional: number of measured runs, 1,000 to 1,000,000, default 20,000.</param>
    /// <param name="cancellationToken">Stops the bench.</param>
    /// <returns>0 when every run succeeded.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        int count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 20_000;
        await using RunsPlatform platform = await RunsPlatform.StartAsync(cancellationToken);
        double bare = await BareClaims.MeasureAsync(platform.ConnectionString, TimeSpan.FromSeconds(8), cancellationToken);
        await platform.StartServicesAsync(cancellationToken);
        using GrpcChannel channel = GrpcChannel.ForAddress(platform.WorkflowAddress);
        await CreateWorkflowAsync(channel, platform.Headers, cancellationToken);
        await MeasureAsync(channel, platform, WarmUpCount, cancellationToken);
        double first = await MeasureAsync(channel, platform, count, cancellationToken);
        double second = await MeasureAsync(channel, platform, count, cancellationToken);
        double rate = Math.Max(first, second);
        double bareAfter = await BareClaims.MeasureAsync(platform.ConnectionString, TimeSpan.FromSeconds(8), cancellationToken);
        double reference = Math.Max(bare, bareAfter);
        string text = string.Create(CultureInfo.InvariantCulture, $"bare claim + complete + outbox in SQL, 8 clients: {reference:0}/s");
        BenchLine.Print("runs", "durable_runs", rate, "1/s", "target 1000");
        BenchLine.Print("runs", "bare_claims", reference, "1/s");
        BenchLine.Print("runs", "ratio", rate / reference, "", text);
        return 0;
    }

    private static async Task CreateWorkflowAsync(GrpcChannel channel, Metadata headers, CancellationToken cancellationToken)
    {
        var nodes = new NodeService.NodeServiceClient(channel);
        while (!(await nodes.ListNodeDefinitionsAsync(new ListNodeDefinitionsRequest(), headers, cancellationToken: cancellationToken))
            .Nodes.Any(node => node.Type == "JsonMap"))
        {
            await Task.Delay(200, cancellationToken);
        }

        await new WorkflowService.WorkflowServiceClient(channel).CreateWorkflowAsync(
            new CreateWorkflowRequest { Definition = JsonParser.Default.Parse<WorkflowDefinition>(Workflow) }, headers, cancellationToken: cancellationToken);
    }

    private static async Task<double> MeasureAsync(GrpcChannel channel, RunsPlatform platform, int count, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        int left = count;
        await Task.WhenAll(Enumerable.Range(0, CreatorCount).Select(async _ =>
        {
            var runs = new RunService.RunServiceClient(channel);
            while (Interlocked.Add(ref left, -BatchSize) >= 0)
            {
                var request = new CreateRunsRequest();
                for (int i = 0; i < BatchSize; i++)
                {
                    var spec = new RunSpec { RequestId = Guid.CreateVersion7().ToString(), WorkflowName = "bench", Inputs = new() };
                    spec.Inputs.Fields.Add("start", Google.Protobuf.WellKnownTypes.Value.ForNumber(i));
                    request.Runs.Add(spec);
                }

                await runs.CreateRunsAsync(request, platform.Headers, cancellationToken: cancellationToken);
            }
        }));
        while (await AnyAsync(platform.ConnectionString, "state in (1, 2, 3)", cancellationToken))
        {
            platform.ThrowIfEnded();
            await Task.Delay(50, cancellationToken);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return await AnyAsync(platform.ConnectionString, "state in (5, 6)", cancellationToken)
            ? throw new InvalidOperationException("A run failed.")
            : (count - (count % BatchSize)) / seconds;
    }

    // Asks an index for one row only: to count the whole queue at every look would take a third of the machine from what is measured.
    private static async Task<bool> AnyAsync(string connectionString, string condition, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Options=-c enable_seqscan=off");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $"select exists(select 1 from workflow.runs where project_id = 'default' and {condition})", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
