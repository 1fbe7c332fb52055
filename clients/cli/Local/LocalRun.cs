using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Cli.Local.Backtests;
using EasyQuant.Engine;
using EasyQuant.Flow;
using EasyQuant.Nodes;
using EasyQuant.Nodes.Data.Files;
using EasyQuant.Nodes.Hosting;

namespace EasyQuant.Cli.Local;

/// <summary>Reads the files, runs the workflow, writes the outputs.</summary>
public static class LocalRun
{
    /// <summary>Executes a workflow file. Progress goes to standard error, the result to standard output.</summary>
    /// <param name="options">What to run.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>An exit code of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> ExecuteAsync(LocalOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (Read(options.File) is not { } definition || ReadInputs(options) is not { } inputs || Library(options, definition) is not { } library)
        {
            return ExitCodes.Usage;
        }

        if (!Directory.Exists(options.DataRoot))
        {
            await Console.Error.WriteLineAsync($"eq: --data: the folder '{options.DataRoot}' does not exist.");
            return ExitCodes.Usage;
        }

        LocalSecrets secrets = new(options.SecretsFile);
        if (secrets.Check() is { } fault)
        {
            await Console.Error.WriteLineAsync($"eq: --secrets: {fault}");
            return ExitCodes.Usage;
        }

        Directory.CreateDirectory(options.OutputFolder);
        if (OpenDoor(options, time) is not { } http)
        {
            return ExitCodes.Usage;
        }

        using HttpDoor open = http;
        using FileTrialLedger ledger = new(Path.Combine(Environment.CurrentDirectory, BacktestCommand.LedgerName), time);
        NodeServices services = Services(options.DataRoot, options.OutputFolder, http, time).With<ITrialLedger>(ledger).With<ISecretSource>(secrets).With(new SecretMask());
        RunContext context = new()
        {
            RunId = Guid.CreateVersion7(time.GetUtcNow()).ToString(),
            ProjectId = "default",
            StartTime = time.GetUtcNow(),
            Seed = options.Seed,
            Inputs = inputs,
        };
        try
        {
            RunResult result = await LocalRunner.RunAsync(
                definition,
                AllNodePacks.CreateCatalog(),
                (name, _) => library.GetValueOrDefault(name),
                context,
                services,
                new RunOptions { Observer = new ConsoleObserver(Console.Error, time) },
                cancellationToken);
            return Report(result, options);
        }
        catch (WorkflowInvalidException e)
        {
            Print(options.File, e.Errors);
            return ExitCodes.Usage;
        }
    }

    /// <summary>What this machine lends to nodes.</summary>
    /// <param name="dataRoot">The only folder in which nodes see files.</param>
    /// <param name="outputFolder">Folder of artifacts and saved tables.</param>
    /// <param name="http">The way to servers.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The services.</returns>
    internal static NodeServices Services(string dataRoot, string outputFolder, HttpDoor http, TimeProvider time) => new NodeServices(time)
        .With<IDataFiles>(new DirectoryDataFiles(dataRoot))
        .With<IArtifactStore>(new LocalArtifactStore(Path.Combine(outputFolder, "artifacts")))
        .With<ITableSink>(new FolderTableSink(Path.Combine(outputFolder, "tables")))
        .With(http);

    private static HttpDoor? OpenDoor(LocalOptions options, TimeProvider time)
    {
        try
        {
            return new HttpDoor(new HttpDoorOptions { AllowedEndpoints = options.HttpAllowedEndpoints }, time);
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine($"eq: --allow-http: {e.Message}");
            return null;
        }
    }

    private static int Report(RunResult result, LocalOptions options)
    {
        if (result.State != RunState.Succeeded)
        {
            Console.Error.WriteLine($"eq: the run ended {result.State}: {result.Error?.NodeId} {result.Error?.Reason}: {result.Error?.Message}");
            return result.State == RunState.Cancelled ? ExitCodes.Interrupted : ExitCodes.Failed;
        }

        LocalOutputs outputs = LocalOutputs.Save(result, options.OutputFolder);
        Console.Out.Write(options.Json ? outputs.ToJson() : outputs.ToText());
        Console.Error.WriteLine($"outputs: {Path.Combine(options.OutputFolder, LocalOutputs.FolderName)}");
        return ExitCodes.Success;
    }

    private static WorkflowDefinition? Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"eq: {e.Message}");
            return null;
        }

        WorkflowParseResult parsed = WorkflowJson.Parse(bytes);
        Print(path, parsed.Errors);
        return parsed.Definition;
    }

    private static Dictionary<string, WorkflowDefinition>? Library(LocalOptions options, WorkflowDefinition root)
    {
        Dictionary<string, WorkflowDefinition> library = new(StringComparer.Ordinal);
        if (!Directory.Exists(options.WorkflowsFolder))
        {
            Console.Error.WriteLine($"eq: --workflows: the folder '{options.WorkflowsFolder}' does not exist.");
            return null;
        }

        foreach (string path in Directory.GetFiles(options.WorkflowsFolder, "*.json").Order(StringComparer.Ordinal))
        {
            if (Path.GetFullPath(path) != Path.GetFullPath(options.File)
                && WorkflowJson.Parse(File.ReadAllBytes(path)).Definition is { } definition)
            {
                library[definition.Name] = definition;
            }
        }

        library[root.Name] = root;
        return library;
    }

    private static Dictionary<string, JsonNode?>? ReadInputs(LocalOptions options)
    {
        Dictionary<string, JsonNode?> inputs = new(StringComparer.Ordinal);
        try
        {
            if (JsonNode.Parse(options.Inputs) is not JsonObject given)
            {
                Console.Error.WriteLine("eq: --inputs must be a JSON object, for example {\"symbols\": 50}.");
                return null;
            }

            foreach ((string name, JsonNode? value) in given)
            {
                inputs[name] = value?.DeepClone();
            }
        }
        catch (JsonException e)
        {
            Console.Error.WriteLine("eq: --inputs is not JSON: " + e.Message);
            return null;
        }

        foreach (string pair in options.Pairs)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                Console.Error.WriteLine($"eq: --input must be name=value, was '{pair}'.");
                return null;
            }

            inputs[pair[..equals]] = ParseValue(pair[(equals + 1)..]);
        }

        return inputs;
    }

    private static JsonNode? ParseValue(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    private static void Print(string path, IReadOnlyList<FlowError> errors)
    {
        foreach (FlowError error in errors)
        {
            Console.Error.WriteLine($"eq: {path}{error.Pointer}: {error.Reason}: {error.Message}");
        }
    }
}
