using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Samples.Demo;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.EndToEnd.Samples;

/// <summary>Runs a sample through each interface; the answer is its outputs by name, tables as arrays of row objects.</summary>
public sealed class SampleInterfaces(PlatformFixture platform)
{
    private const string NodeAdvice = "install node 20 or later and npm (on Debian: apt-get install nodejs npm)";
    private const string PythonAdvice = "apt-get install python3-grpcio protobuf-compiler libprotobuf-dev protobuf-compiler-grpc";

    public Task<JsonObject> RunAsync(string name, string sample, CancellationToken cancellationToken) => name switch
    {
        "grpc" => GrpcAsync(sample, cancellationToken),
        "rest" => RestAsync(sample, cancellationToken),
        "grpc-js" => NodeAsync(sample, cancellationToken),
        "python" => PythonAsync(sample, cancellationToken),
        "eq run" => EqAsync(sample, cancellationToken),
        _ => throw new ArgumentException($"There is no interface '{name}'.", nameof(name)),
    };

    private async Task<JsonObject> GrpcAsync(string sample, CancellationToken cancellationToken)
    {
        using PlatformClient client = platform.Client();
        Run run = await client.StartAsync(sample, new Struct(), cancellationToken);
        run = await client.WatchAsync(run.RunId, _ => { }, cancellationToken);
        Assert.True(run.State == RunState.Succeeded, $"Run {run.RunId} of {sample}: expected Succeeded, was {run.State} {run.Error}");
        return await SampleOutputs.ReadAsync(client, sample, run, cancellationToken);
    }

    private async Task<JsonObject> RestAsync(string sample, CancellationToken cancellationToken)
    {
        RestRuns rest = new(platform);
        JsonElement run = await rest.RunAsync(sample, [], cancellationToken);
        Assert.True(run.GetProperty("state").GetString() == "RUN_STATE_SUCCEEDED", $"{sample}: {run}");
        JsonObject outputs = [];
        foreach ((string name, string node, string port) in SampleOutputs.Of(sample))
        {
            JsonNode? value = JsonNode.Parse(run.GetProperty("outputs").GetProperty(name).GetRawText());
            if (!SampleOutputs.IsTable(value))
            {
                outputs[name] = value;
                continue;
            }

            string path = $"/api/v1/runs/{run.GetProperty("runId").GetString()}/steps/{node}/tables/{port}?pageSize=10000";
            JsonElement page = await rest.GetAsync(path, cancellationToken);
            Assert.Equal("", page.GetProperty("nextPageToken").GetString());
            outputs[name] = SampleOutputs.Rows(new TableRows([Contracts.Common.V1.Table.Parser.ParseJson(page.GetProperty("table").GetRawText())]));
        }

        return outputs;
    }

    private async Task<JsonObject> NodeAsync(string sample, CancellationToken cancellationToken)
    {
        string client = Repository.PathOf("clients", "javascript");
        if (!Directory.Exists(Path.Combine(client, "node_modules", "@grpc", "grpc-js")))
        {
            await Tool.RunAsync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"], new Dictionary<string, string>(), client, NodeAdvice, cancellationToken);
        }

        string output = Path.Combine(platform.Host.WorkDirectory, $"node-{sample}.json");
        await Tool.RunAsync(
            "node", [Path.Combine(client, "run_workflow.js"), .. ClientArguments(sample, output)], new Dictionary<string, string>(), client, NodeAdvice, cancellationToken);
        return await ReadOutputsAsync(output, cancellationToken);
    }

    private async Task<JsonObject> PythonAsync(string sample, CancellationToken cancellationToken)
    {
        string client = Repository.PathOf("clients", "python");
        string output = Path.Combine(platform.Host.WorkDirectory, $"python-{sample}.json");
        Dictionary<string, string> variables = new()
        {
            ["EQ_PYTHON_STUBS"] = Path.Combine(platform.Host.WorkDirectory, "python-stubs"), ["PYTHONDONTWRITEBYTECODE"] = "1",
        };
        await Tool.RunAsync(
            "/usr/bin/python3", [Path.Combine(client, "run_workflow.py"), .. ClientArguments(sample, output)], variables, client, PythonAdvice, cancellationToken);
        return await ReadOutputsAsync(output, cancellationToken);
    }

    private async Task<JsonObject> EqAsync(string sample, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(platform.Host.WorkDirectory, "eq-" + sample);
        string market = Path.Combine(platform.Host.WorkDirectory, "eq-files");
        foreach (EasyQuant.Samples.Market.SampleFile file in EasyQuant.Samples.Market.SyntheticMarket.Generate(SampleData.Seed, SampleData.SymbolCount, SampleData.DayCount).Files)
        {
            string path = Path.Combine(market, SampleData.Folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, file.Content, cancellationToken);
        }

        string[] arguments =
        [
            "exec", Repository.Built("EasyQuant.Cli", "eq.dll"), "run", Repository.PathOf("samples", "workflows", sample + ".json"),
            "--data", market, "--folder", folder, "--output", "json",
        ];
        string json = await Tool.RunAsync("dotnet", arguments, new Dictionary<string, string>(), platform.Host.WorkDirectory, "install the .NET SDK 10", cancellationToken);
        return JsonNode.Parse(json)!.AsObject();
    }

    private string[] ClientArguments(string sample, string output)
    {
        string[] children = sample == "sma-sweep" ? ["--child", Repository.PathOf("samples", "workflows", "backtest-strategy.json")] : [];
        return
        [
            "--server", platform.Host.Grpc.Authority, "--key", platform.Host.Key, "--workflow", Repository.PathOf("samples", "workflows", sample + ".json"),
            .. children, "--output", output,
        ];
    }

    private static async Task<JsonObject> ReadOutputsAsync(string path, CancellationToken cancellationToken) =>
        JsonNode.Parse(await File.ReadAllTextAsync(path, cancellationToken))!["outputs"]!.AsObject().DeepClone().AsObject();
}
