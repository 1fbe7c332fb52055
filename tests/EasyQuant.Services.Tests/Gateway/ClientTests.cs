using System.Diagnostics;
using System.Text.Json.Nodes;
using EasyQuant.Client;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using Google.Protobuf;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>The shipped clients through the Gateway: C#, Python and JavaScript see the same.</summary>
public sealed class ClientTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>, IDisposable
{
    private const string Workflow = """
        {"schema":"easyquant/workflow/1","name":"sweep","title":{"en":"Sweep","zh":"扫描"},
        "inputs":[{"name":"n","type":"integer","default":5},{"name":"o","type":"any","default":null}],
        "outputs":[{"name":"table","from":"sweep.result.table"},{"name":"best","from":"sweep.best"}],
        "nodes":[{"id":"sweep","type":"BatchScheduler","params":{"list":[1,"${inputs.n}",{"x":null}],"on":true},"position":{"x":1.5,"y":2},
        "retry":{"maxAttempts":3,"delay":"0.250s","backoff":2,"maxDelay":"10s"},"timeout":"90s","notes":"中"}],
        "edges":[{"from":"a.b","to":"sweep.in"}]}
        """;

    private const string Rows = """
        [{"sharpe":0.1,"count":1,"cash":"12.3400","day":"1970-01-01","at":"1970-01-01T00:00:00.000000Z","good":true,"name":"a"},
        {"sharpe":null,"count":-2,"cash":"-0.0005","day":"2026-01-05","at":"2026-01-05T09:30:00.000001Z","good":false,"name":"中"},
        {"sharpe":-2.5e-7,"count":9007199254740991,"cash":"0.0000","day":"1969-12-31","at":"1969-12-31T23:59:59.999999Z","good":true,"name":""}]
        """;

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(120);
    private readonly string _directory = Directory.CreateTempSubdirectory("eq-clients-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("python")]
    [InlineData("javascript")]
    public async Task Script_RunsAWorkflow_WritesItsRows(string language)
    {
        string workflow = Write("workflow.json", Workflow);
        string child = Write("child.json", """{"schema":"easyquant/workflow/1","name":"child"}""");
        string output = Path.Combine(_directory, "out.json");

        (int exitCode, string text) = await RunAsync(
            language, "--workflow", workflow, "--child", child, "--inputs", """{"n":7,"s":"中","deep":{"a":[1.5,null]}}""", "--output", output);

        Assert.True(exitCode == 0, text);
        JsonNode result = JsonNode.Parse(await File.ReadAllTextAsync(output))!;
        Assert.Equal(("0198", "sweep", "RUN_STATE_SUCCEEDED"), (result["runId"]!.GetValue<string>(), result["workflow"]!.GetValue<string>(), result["state"]!.GetValue<string>()));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Rows), result["outputs"]!["table"]), result["outputs"]!["table"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"fast":5,"list":[1,null]}"""), result["outputs"]!["best"]), text);
        FakePlatform platform = fixture.Host.Platform;
        Assert.Equal(JsonParser.Default.Parse<WorkflowDefinition>(Workflow), platform.Workflows["sweep"]);
        Assert.True(platform.Workflows.ContainsKey("child"));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"n":7,"s":"中","deep":{"a":[1.5,null]}}"""), JsonNode.Parse(platform.Spec.Inputs.ToString())));
        foreach (string step in (string[])["step.1", "step.2", "step.3", "step.4"])
        {
            Assert.Equal(2, text.Split(step).Length);
        }
    }

    [Theory]
    [InlineData("python")]
    [InlineData("javascript")]
    public async Task Script_WhoseRunFails_SaysWhyAndExitsWithTwo(string language)
    {
        string workflow = Write("failing.json", """{"schema":"easyquant/workflow/1","name":"failing"}""");
        (int exitCode, string text) = await RunAsync(language, "--workflow", workflow);

        Assert.Equal(2, exitCode);
        Assert.Contains("CSV_QUOTE_UNCLOSED line 3", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("javascript")]
    public async Task Script_WithABadKey_ExitsWithOne(string language)
    {
        string workflow = Write("w.json", """{"schema":"easyquant/workflow/1","name":"w"}""");
        (int exitCode, string text) = await RunAsync(language, "--workflow", workflow, "--key", "eq_1");

        Assert.Equal(1, exitCode);
        Assert.Contains("UNAUTHENTICATED: The API key is not valid.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CSharpClient_WatchedRun_SeesEveryEventOnce()
    {
        using var client = new EasyQuantClient(new EasyQuantClientOptions { Address = fixture.Host.GrpcAddress, Key = fixture.Host.Key });
        using var deadline = new CancellationTokenSource(s_deadline);
        CreateRunsResponse created = await client.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { new RunSpec { WorkflowName = "x" } } });
        var sequences = new List<long>();
        Run run = await client.WatchToEndAsync(created.Runs[0].RunId, e => sequences.Add(e.Sequence), deadline.Token);

        Assert.Equal([1L, 2L, 3L, 4L], sequences);
        Assert.Equal((RunState.Succeeded, "default"), (run.State, run.ProjectId));
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    private async Task<(int ExitCode, string Text)> RunAsync(string language, params string[] arguments)
    {
        string root = RepositoryRoot();
        var start = new ProcessStartInfo(language == "python" ? "/usr/bin/python3" : "node") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["EQ_PROTOS"] = Path.Combine(root, "protos");
        if (language == "python")
        {
            start.ArgumentList.Add(Path.Combine(root, "clients", "python", "run_workflow.py"));
            start.Environment["EQ_PYTHON_STUBS"] = Path.Combine(_directory, "stubs");
        }
        else
        {
            start.ArgumentList.Add(Path.Combine(await NodeClientAsync(root), "run_workflow.js"));
        }

        foreach (string argument in (string[])["--server", fixture.Host.GrpcAddress.Authority, "--key", fixture.Host.Key, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        return await RunAsync(start);
    }

    // A copy under artifacts, so that the packages are not installed into the source tree.
    private async Task<string> NodeClientAsync(string root)
    {
        string source = Path.Combine(root, "clients", "javascript");
        string copy = Path.Combine(root, "artifacts", "clients", "javascript");
        Directory.CreateDirectory(Path.Combine(copy, "lib"));
        foreach (string file in (string[])["package.json", "run_workflow.js", "lib/client.js", "lib/values.js", "lib/tables.js"])
        {
            File.Copy(Path.Combine(source, file), Path.Combine(copy, file), overwrite: true);
        }

        if (!Directory.Exists(Path.Combine(copy, "node_modules", "@grpc", "proto-loader")))
        {
            var install = new ProcessStartInfo("npm") { WorkingDirectory = copy, RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (string argument in (string[])["install", "--no-audit", "--no-fund", "--no-package-lock"])
            {
                install.ArgumentList.Add(argument);
            }

            (int exitCode, string text) = await RunAsync(install);
            Assert.True(exitCode == 0, text);
        }

        return copy;
    }

    private static async Task<(int ExitCode, string Text)> RunAsync(ProcessStartInfo start)
    {
        using Process process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(s_deadline);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output + await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} has not ended after {s_deadline}.");
        }
    }

    private static string RepositoryRoot()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "EasyQuant.Aspire.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not in the repository.");
    }
}
