using System.Diagnostics;
using System.Text.Json.Nodes;
using EasyQuant.Flow;
using EasyQuant.Messaging.Topics;
using EasyQuant.Nodes;
using EasyQuant.Nodes.Data.Files;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Nodes.Hosting;
using EasyQuant.Nodes.Messaging;
using EasyQuant.Persistence.Faults;
using EasyQuant.RunnerService.Storage;
using EasyQuant.ServiceDefaults.Telemetry;

namespace EasyQuant.RunnerService.Processes;

/// <summary>
/// The program of a child process: reads settings, workflows and items from its standard input and answers each item on its standard output. It ends when its
/// worker does, because then the pipe ends. A second thread tells every second that the process lives, however busy its item is.
/// </summary>
internal sealed class ItemProgram
{
    /// <summary>Argument that starts the Runner as a child process.</summary>
    public const string Argument = "--item-process";

    /// <summary>Workflows that a process remembers; it forgets all of them before it learns one more.</summary>
    internal const int WorkflowsMax = 64;
    private const int AliveMilliseconds = 1_000;
    private const int ReadBytes = 64 << 10;

    private readonly Stream _output;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Dictionary<string, GraphChildRunner> _workflows = new(StringComparer.Ordinal);
    private readonly NodeCatalog _catalog = AllNodePacks.CreateCatalog();
    private readonly NodeServices _services;
    private readonly IArtifactStore _artifacts;
    private readonly ChildMeasures _measures = new();
    private readonly ChildSpans _spans;
    private readonly ChildSecrets _secrets;
    private readonly ChildAbandoned _abandoned = new();
    private CancellationTokenSource? _running;

    private ItemProgram(Stream output, NodeServices services, IArtifactStore artifacts, IReadOnlyDictionary<string, string> telemetry)
    {
        _spans = new ChildSpans(telemetry, _measures);
        _output = output;
        _secrets = new ChildSecrets(WriteAsync);
        _services = services.With(_catalog).With<ISecretSource>(_secrets).With<IAbandonedWork>(_abandoned).With<IGroupReports>(new ChildReports(WriteAsync));
        _artifacts = artifacts;
    }

    /// <summary>Serves items until the standard input ends.</summary>
    public static async Task<int> RunAsync()
    {
        await using Stream input = new BufferedStream(Console.OpenStandardInput(), ReadBytes);
        Stream output = Console.OpenStandardOutput();
        // What a node prints must not mix with the messages.
        Console.SetOut(Console.Error);
        if (ItemFrame.Read(input) is not { } settings)
        {
            return 0;
        }

        var artifacts = new LocalArtifactStore(settings["artifacts"]!.GetValue<string>());
        using var http = new HttpDoor(
            new HttpDoorOptions { AllowedEndpoints = [.. settings["http"]!.AsArray().Select(endpoint => endpoint!.GetValue<string>())] }, TimeProvider.System);
        NodeServices services = new NodeServices(TimeProvider.System)
            .With<IDataFiles>(new DirectoryDataFiles(settings["files"]!.GetValue<string>()))
            .With<IArtifactStore>(artifacts)
            .With(http)
            .With(Random.Shared);
        if (settings["database"] is JsonObject database)
        {
            services = services.With(ItemDatabase.Open(
                database["connectionString"]!.GetValue<string>(), database["schema"]!.GetValue<string>(), database["pooled"]!.GetValue<bool>()));
        }

        await using TopicTransports transports = ChildBrokers.FromJson(settings["brokers"] as JsonObject);
        Dictionary<string, string> telemetry = settings["telemetry"] is JsonObject sent ? sent.ToDictionary(one => one.Key, one => one.Value!.GetValue<string>()) : [];
        var program = new ItemProgram(output, services.With(transports), artifacts, telemetry);
        await program.WriteAsync(new JsonObject { ["ready"] = true });
        using var alive = new Timer(_ => program.SayAlive(), null, AliveMilliseconds, AliveMilliseconds);
        program.Serve(input);
        if (program._running is null)
        {
            program._spans.Flush();
        }

        // The worker is gone; an item that still runs would work for nobody.
        Environment.Exit(0);
        return 0;
    }

    private void Serve(Stream input)
    {
        while (ItemFrame.Read(input) is { } message)
        {
            if (message.ContainsKey("cancel"))
            {
                _running?.Cancel();
            }
            else if (message[SecretMessages.Answer] is JsonObject secret)
            {
                _secrets.Take(secret);
            }
            else if (message["definitions"] is JsonArray definitions)
            {
                Prepare(message["key"]!.GetValue<string>(), definitions);
            }
            else
            {
                var stop = new CancellationTokenSource();
                _running = stop;
                _ = Task.Run(() => RunItemAsync(message, stop));
            }
        }
    }

    private void Prepare(string key, JsonArray definitions)
    {
        if (_workflows.Count >= WorkflowsMax)
        {
            _workflows.Clear();
        }

        var known = new Dictionary<(string Name, int Version), WorkflowDefinition>();
        foreach (JsonNode? node in definitions)
        {
            WorkflowDefinition definition = WorkflowJson.Parse(node!["definition"]!.DeepClone()).Definition!;
            foreach (JsonNode? version in node["versions"]!.AsArray())
            {
                known[(definition.Name, version!.GetValue<int>())] = definition;
            }
        }

        _workflows[key] = new GraphChildRunner(_catalog, (name, version) => known.GetValueOrDefault((name, version)), ChildSpans.Source);
    }

    private async Task RunItemAsync(JsonObject message, CancellationTokenSource stop)
    {
        JsonObject answer;
        try
        {
            Failpoints.Hit("runner.item.before");
            GraphChildRunner runner = _workflows[message["key"]!.GetValue<string>()];
            int version = message["version"]!.GetValue<int>();
            RunContext context = ItemMessages.ToContext(message);
            using Activity? span = _spans.Start(message, context.RunId);
            var request = new ChildRunRequest
            {
                Workflow = message["workflow"]!.GetValue<string>(),
                Version = version == 0 ? null : version,
                Context = context,
                IsTraced = span is { Recorded: true },
                Services = _services.With<IChildRunner>(runner).With(new SecretMask()),
            };
            ChildRunResult result = await runner.RunAsync(request, stop.Token);
            span?.SetStatus(result.Error is null ? ActivityStatusCode.Ok : ActivityStatusCode.Error, result.Error?.Reason);
            answer = await ItemMessages.ResultAsync(result, _artifacts, stop.Token);
        }
        catch (OutOfMemoryException e)
        {
            // What the heap holds now is uncertain: the process answers and is replaced.
            answer = ItemMessages.Failure(new StepError("ITEM_OUT_OF_MEMORY", $"The item needs more memory than a process may have: {e.Message}"));
            answer["isLast"] = true;
        }
        catch (Exception e)
        {
            answer = ItemMessages.Failure(StepErrors.From(e, null));
        }

        if (answer["error"]?["message"]?.GetValue<string>().StartsWith("OutOfMemoryException", StringComparison.Ordinal) == true)
        {
            answer["error"]!["reason"] = "ITEM_OUT_OF_MEMORY";
            answer["isLast"] = true;
        }

        if (_abandoned.IsAny)
        {
            answer["isLast"] = true;
        }

        // The worker may end this process as soon as it has the answer of a replica; those of items are too many, and go when it ends or is idle.
        if (message.ContainsKey("traceparent"))
        {
            _spans.Flush();
        }

        AddMeasures(answer);
        _running = null;
        try
        {
            await WriteAsync(answer);
        }
        catch (InvalidDataException e)
        {
            await WriteAsync(ItemMessages.Failure(new StepError("LIMIT_EXCEEDED", e.Message)));
        }
    }

    private async Task WriteAsync(JsonObject message)
    {
        await _writing.WaitAsync();
        try
        {
            await ItemFrame.WriteAsync(_output, message, CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }

    private void AddMeasures(JsonObject message)
    {
        if (_measures.Take() is { } measures)
        {
            message["measures"] = measures;
        }
    }

    private void SayAlive()
    {
        if (_running is not null)
        {
            var alive = new JsonObject { ["alive"] = true };
            AddMeasures(alive);
            _ = WriteAsync(alive);
        }
        else
        {
            _spans.Flush();
        }
    }
}
