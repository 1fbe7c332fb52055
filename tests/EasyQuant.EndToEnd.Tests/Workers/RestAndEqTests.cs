using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Samples.Demo;
using EasyQuant.Samples.Market;
using Google.Protobuf;

namespace EasyQuant.EndToEnd.Workers;

/// <summary>Process groups, tasks and fan-outs as a person steers them: by REST and by <c>eq</c>, on a platform that runs.</summary>
[Collection(PlatformCollection.Name)]
public sealed class RestAndEqTests(PlatformFixture platform) : IDisposable
{
    // One row a chunk and one chunk in the queue: it lasts until it is stopped.
    private const string Groups = """
        {"schema":"easyquant/groups/1","name":"e2e-groups","topics":[{"name":"bars","lengthMax":1}],"groups":[
        {"id":"readers","shards":2,"outputQueue":"bars","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"market/tushare/*.csv","chunkSize":1}}]},
        {"id":"savers","inputQueue":"bars","nodes":[{"id":"save","type":"DbSave","params":{"table":"e2e_group_rows","mode":"append"}}]}]}
        """;

    private const string Child = """
        {"schema":"easyquant/workflow/1","name":"e2e-item","inputs":[{"name":"value","type":"object"}],"outputs":[{"name":"out","from":"map.value"}],
        "nodes":[{"id":"map","type":"JsonMap","params":{"value":"${inputs.value}","fields":["a"]}}]}
        """;

    private const string Parent = """
        {"schema":"easyquant/workflow/1","name":"e2e-items","outputs":[{"name":"summary","from":"batch.summary"}],"nodes":[
        {"id":"items","type":"JsonMap","params":{"value":[{"v":{"a":1}},{"v":{"b":1}},{"v":{"a":3}}]}},
        {"id":"batch","type":"BatchScheduler","params":{"workflow":"e2e-item","params":{"value":"${item.v}"},"mode":"threads","onFailure":"continue"}}],
        "edges":[{"from":"items.value","to":"batch.items"}]}
        """;

    private const string Saving = """
        {"schema":"easyquant/workflow/1","name":"e2e-saving","nodes":[
        {"id":"load","type":"CsvLoader","params":{"path":"measured/600000.SH.csv"}},{"id":"save","type":"DbSave","params":{"table":"e2e_measured"}},
        {"id":"check","type":"DataClean"}],
        "edges":[{"from":"load.table","to":"save.table"},{"from":"load.table","to":"check.table"}]}
        """;

    private const string Hanging = """
        {"schema":"easyquant/workflow/1","name":"e2e-hanging","nodes":[
        {"id":"hang","type":"Delay","params":{"seconds":86400}},{"id":"after","type":"JsonMap"},{"id":"free","type":"JsonMap","params":{"value":1}},
        {"id":"last","type":"Delay","params":{"seconds":86400}}],
        "edges":[{"from":"hang.value","to":"after.value"}]}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("eq-steer-").FullName;
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(4));

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _deadline.Dispose();
    }

    [Fact]
    public async Task Groups_PushedStartedScaledAndStopped_ShowEachStep()
    {
        string file = Path.Combine(_folder, "groups.json");
        await File.WriteAllTextAsync(file, Groups, _deadline.Token);
        Assert.StartsWith("e2e-groups v1", await EqAsync("groups", "push", file), StringComparison.Ordinal);
        Assert.Contains("e2e-groups", await EqAsync("groups", "list", "--prefix", "e2e-"), StringComparison.Ordinal);
        Assert.Equal("readers", JsonElement.Parse(await EqAsync("groups", "get", "e2e-groups")).GetProperty("groups")[0].GetProperty("id").GetString());
        Assert.Single(JsonElement.Parse(await EqAsync("groups", "versions", "e2e-groups", "-o", "json")).GetProperty("schedulers").EnumerateArray());
        Assert.Contains("queue bars (protobuf)", await EqAsync("groups", "topology", "e2e-groups"), StringComparison.Ordinal);

        JsonElement start = (await PostAsync("/api/v1/scheduler/e2e-groups/run", new JsonObject { ["requestId"] = Guid.CreateVersion7().ToString() })).GetProperty("start");
        string id = start.GetProperty("startId").GetString()!;
        try
        {
            await StartBecomesAsync(id, "START_STATE_RUNNING", group => group.GetProperty("runningCount").GetInt32() == 1);
            await PostAsync($"/api/v1/group-starts/{id}/groups/savers:scale", new JsonObject { ["replicas"] = 2 });
            await StartBecomesAsync(id, "START_STATE_RUNNING", group => group.GetProperty("replicas").GetInt32() == (group.GetProperty("groupId").GetString() == "savers" ? 2 : 1));
            Assert.Contains("savers: 1 replicas", await EqAsync("groups", "scale", id, "savers", "1"), StringComparison.Ordinal);
            Assert.Contains("savers: 1 replicas", await EqAsync("groups", "status", id), StringComparison.Ordinal);
        }
        finally
        {
            await EqAsync("groups", "stop", id);
        }

        await StartBecomesAsync(id, "START_STATE_STOPPED", group => group.GetProperty("runningCount").GetInt32() == 0);
        Assert.Contains(id, await EqAsync("groups", "starts", "--name", "e2e-groups"), StringComparison.Ordinal);
        await EqAsync("groups", "delete", "e2e-groups");
        Assert.DoesNotContain("e2e-groups", await EqAsync("groups", "list", "-o", "json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GroupsSample_WithTheGeneratedFiles_RunsAsItsDocumentSays()
    {
        using PlatformClient client = platform.Client();
        foreach (SampleFile sample in SyntheticMarket.Generate(SampleData.Seed, SampleData.SymbolCount, SampleData.DayCount).Files.Where(f => f.Path.EndsWith(".csv", StringComparison.Ordinal)))
        {
            await client.UploadAsync("csv/" + Path.GetFileName(sample.Path), sample.Content, _deadline.Token);
        }

        string file = Repository.PathOf("samples", "groups", "readers-and-processors.json");
        Assert.Equal("", await EqAsync("groups", "validate", file));
        await EqAsync("groups", "push", file);
        string id = JsonElement.Parse(await EqAsync("groups", "start", "readers-and-processors", "-o", "json")).GetProperty("startId").GetString()!;
        await StartBecomesAsync(id, "START_STATE_SUCCEEDED", _ => true);

        JsonElement groups = JsonElement.Parse(await EqAsync("groups", "status", id, "-o", "json")).GetProperty("groups");
        string rows = groups[0].GetProperty("sums").GetProperty("rowCount").GetString()!;
        Assert.Equal(rows, groups[1].GetProperty("sums").GetProperty("rowCount").GetString());
        Assert.True(long.Parse(rows, CultureInfo.InvariantCulture) > 1_000, rows);
        await EqAsync("groups", "stop", id);
    }

    [Fact]
    public async Task DeadLetters_ByRestAndByEq_AreListedWithTheirReasons()
    {
        using (PlatformClient client = platform.Client())
        {
            await client.UploadAsync(
                "poison/600000.SH.csv", "symbol,date,open,high,low,close,volume,amount\n600000.SH,2026-01-05,10,11,9,10.5,1000,10500\n"u8.ToArray(), _deadline.Token);
        }

        string file = Path.Combine(_folder, "poison.json");
        await File.WriteAllTextAsync(
            file,
            """
            {"schema":"easyquant/groups/1","name":"e2e-poison","topics":[{"name":"bars","deliveriesMax":2}],"groups":[
            {"id":"read","shards":1,"outputQueue":"bars","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"poison/*.csv"}}]},
            {"id":"refuse","inputQueue":"bars","nodes":[{"id":"f","type":"FactorCalc","params":{"factors":[{"name":"x","kind":"mean","column":"nothing"}]}},
            {"id":"save","type":"DbSave","params":{"table":"e2e_never"}}]}]}
            """,
            _deadline.Token);
        await EqAsync("groups", "push", file);
        string id = JsonElement.Parse(await EqAsync("groups", "start", "e2e-poison", "-o", "json")).GetProperty("startId").GetString()!;
        await StartBecomesAsync(id, "START_STATE_SUCCEEDED", _ => true);

        JsonElement page = await GetAsync($"/api/v1/group-starts/{id}/groups/refuse/dead-letters?pageSize=5");
        JsonElement letter = Assert.Single(page.GetProperty("deadLetters").EnumerateArray());
        Assert.Equal(
            ("bars", "COLUMN_MISSING", 0, "0", 1, true, "DEAD_LETTER_STATE_PARKED"),
            (letter.GetProperty("topic").GetString(), letter.GetProperty("reason").GetString(), letter.GetProperty("shard").GetInt32(), letter.GetProperty("sequence").GetString(),
                letter.GetProperty("rowCount").GetInt32(), letter.GetProperty("replayable").GetBoolean(), letter.GetProperty("state").GetString()));
        Assert.Contains("bars shard 0 sequence 0 parked COLUMN_MISSING", await EqAsync("groups", "dead", id, "refuse"), StringComparison.Ordinal);
        Assert.Equal("", await EqAsync("groups", "dead", id, "refuse", "--reason", "OTHER"));
        Assert.Equal("", await EqAsync("groups", "dead", id, "read", "--all"));
    }

    [Fact]
    public async Task Tasks_ByRestAndByEq_AreExecutedShownAndCancelled()
    {
        await PostAsync("/api/v1/task/execute", new JsonObject { ["taskId"] = "e2e-slow", ["type"] = "Delay", ["data"] = new JsonObject { ["seconds"] = 600 } });
        await TaskBecomesAsync("e2e-slow", "RUN_STATE_RUNNING");
        JsonElement pool = await GetAsync("/api/v1/task/stats");
        Assert.Contains(pool.GetProperty("workers").EnumerateArray(), worker => worker.GetProperty("load").GetProperty("memoryBytes").GetString() != "0");
        await PostAsync("/api/v1/task/cancel/e2e-slow", []);
        await TaskBecomesAsync("e2e-slow", "RUN_STATE_CANCELLED");

        JsonElement done = JsonElement.Parse(await EqAsync("task", "execute", "e2e-quick", "JsonMap", "--data", """{"value": 7}""", "--local-fallback", "-o", "json"));
        Assert.Equal(("RUN_STATE_SUCCEEDED", 7), (done.GetProperty("state").GetString(), done.GetProperty("outputs").GetProperty("value").GetInt32()));
        Assert.NotEqual("local", done.GetProperty("workerName").GetString());
        await EqAsync("task", "execute", "e2e-far", "JsonMap", "--data", """{"value": 7}""", "--label", "where=nowhere", "--priority", "5");
        Assert.Contains("Queued", await EqAsync("task", "status", "e2e-far"), StringComparison.Ordinal);
        Assert.Contains("Cancelled", await EqAsync("task", "cancel", "e2e-far"), StringComparison.Ordinal);
        Assert.Contains("MiB", await EqAsync("task", "stats"), StringComparison.Ordinal);
        Assert.Contains("MiB", await EqAsync("workers", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Items_ByRestAndByEq_AreShownAndRunAgain()
    {
        using GatewayGrpc grpc = platform.Grpc();
        foreach (string workflow in new[] { Child, Parent })
        {
            await grpc.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = JsonParser.Default.Parse<WorkflowDefinition>(workflow) }, grpc.Options());
        }

        JsonElement run = JsonElement.Parse(await EqAsync("runs", "start", "e2e-items", "--priority", "3", "--fallback", "1", "--region", "anywhere", "--watch", "-o", "json"));
        string id = run.GetProperty("runId").GetString()!;
        Assert.Equal(3, run.GetProperty("priority").GetInt32());
        Assert.Equal(["1"], await FailedAsync(id, 1));

        JsonElement again = await PostAsync($"/api/v1/runs/{id}/steps/batch/items:retry", new JsonObject { ["requestId"] = Guid.CreateVersion7().ToString() });
        Assert.Equal(1, again.GetProperty("itemCount").GetInt32());
        await RunEndsAsync(id);
        Assert.Equal(["1"], await FailedAsync(id, 2));
        Assert.Contains("1 items run again", await EqAsync("runs", "retry-items", id, "batch", "--index", "0"), StringComparison.Ordinal);
        await RunEndsAsync(id);

        JsonElement shown = JsonElement.Parse(await EqAsync("runs", "items", id, "batch", "-o", "json"));
        JsonElement fanOut = shown.GetProperty("fanOut");
        Assert.Equal((3, "ITEM_MODE_THREADS", "The workflow says so."), (fanOut.GetProperty("totalCount").GetInt32(), fanOut.GetProperty("mode").GetString(), fanOut.GetProperty("modeReason").GetString()));
        Assert.Equal([2, 2, 1], shown.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("attempt").GetInt32()));
    }

    [Fact]
    public async Task Steps_ByEq_ShowRecordsTimeMemoryAndScore()
    {
        using (PlatformClient client = platform.Client())
        {
            await client.UploadAsync(
                "measured/600000.SH.csv",
                "symbol,date,open,high,low,close,volume,amount\n600000.SH,2026-01-05,10,11,9,10.5,1000,10500\n600000.SH,2026-01-06,10,11,9,10.5,1000,10500\n"u8.ToArray(),
                _deadline.Token);
        }

        string id = await StartAsync(Saving, "e2e-saving", "--watch");
        string[] lines = (await EqAsync("runs", "steps", id)).Split('\n');
        Assert.Equal(["step", "state", "in", "out", "items", "ms", "MiB", "quality", "error"], Cells(lines.First(line => line.Contains("quality", StringComparison.Ordinal))));
        string[] load = Cells(Assert.Single(lines, line => line.Contains(" load ", StringComparison.Ordinal)));
        string[] save = Cells(Assert.Single(lines, line => line.Contains(" save ", StringComparison.Ordinal)));
        string[] check = Cells(Assert.Single(lines, line => line.Contains(" check ", StringComparison.Ordinal)));
        // Node, state, records in and out; then the items of the loader: its files.
        Assert.Equal(["load", "Succeeded", "2", "2", "1/1"], load[..5]);
        Assert.Equal(["save", "Succeeded", "2", "2"], save[..4]);
        Assert.Equal(["check", "Succeeded", "2", "2"], check[..4]);
        foreach (string[] step in new[] { [.. load.Where(cell => cell != "1/1")], save, check })
        {
            Assert.True(double.Parse(step[4], CultureInfo.InvariantCulture) > 0, string.Join(' ', step));
            Assert.True(double.Parse(step[5], CultureInfo.InvariantCulture) >= 0, string.Join(' ', step));
        }

        Assert.InRange(double.Parse(check[6], CultureInfo.InvariantCulture), 0.001, 1);
        JsonElement metrics = JsonElement.Parse(await EqAsync("runs", "steps", id, "-o", "json")).GetProperty("steps")[0].GetProperty("metrics");
        Assert.True(long.Parse(metrics.GetProperty("allocatedBytes").GetString()!, CultureInfo.InvariantCulture) > 0);
    }

    [Fact]
    public async Task Step_CancelledByRestAndByEq_EndsAloneAndSaysWhy()
    {
        string id = await StartAsync(Hanging, "e2e-hanging");
        await StepBecomesAsync(id, "hang", "STEP_STATE_RUNNING");
        JsonElement step = (await PostAsync($"/api/v1/runs/{id}/steps/hang:cancel", new JsonObject { ["cause"] = "it hangs" })).GetProperty("step");
        Assert.Equal("hang", step.GetProperty("nodeId").GetString());
        await StepBecomesAsync(id, "last", "STEP_STATE_RUNNING");
        JsonElement[] steps = [.. JsonElement.Parse(await EqAsync("runs", "steps", id, "-o", "json")).GetProperty("steps").EnumerateArray()];
        Assert.Equal(
            [("hang", "STEP_STATE_CANCELLED", "STEP_CANCELLED"), ("after", "STEP_STATE_SKIPPED", "UPSTREAM_FAILED")],
            steps[..2].Select(s => (s.GetProperty("nodeId").GetString(), s.GetProperty("state").GetString(), s.GetProperty("error").GetProperty("reason").GetString())));
        Assert.Contains($"{id} last", await EqAsync("runs", "cancel-step", id, "last", "--cause", "enough"), StringComparison.Ordinal);
        await StepBecomesAsync(id, "last", "STEP_STATE_CANCELLED");
        await RunBecomesAsync(id, "RUN_STATE_FAILED");
        JsonElement error = (await GetAsync($"/api/v1/runs/{id}")).GetProperty("run").GetProperty("error");
        Assert.Equal(("STEP_CANCELLED", "hang"), (error.GetProperty("reason").GetString(), error.GetProperty("nodeId").GetString()));
        Assert.EndsWith(": it hangs", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        using HttpClient rest = platform.Rest();
        using HttpResponseMessage refused = await rest.PostAsJsonAsync($"/api/v1/runs/{id}/steps/free:cancel", new JsonObject(), _deadline.Token);
        Assert.Contains("STEP_STATE_CONFLICT", await refused.Content.ReadAsStringAsync(_deadline.Token), StringComparison.Ordinal);
    }

    private async Task<string> StartAsync(string workflow, string name, params string[] options)
    {
        using GatewayGrpc grpc = platform.Grpc();
        await grpc.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = JsonParser.Default.Parse<WorkflowDefinition>(workflow) }, grpc.Options());
        return JsonElement.Parse(await EqAsync(["runs", "start", name, .. options, "-o", "json"])).GetProperty("runId").GetString()!;
    }

    private static string[] Cells(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private Task StepBecomesAsync(string id, string node, string wanted) => Poll.UntilAsync(
        $"step {node} of run {id} in {wanted}",
        async () =>
        {
            JsonElement steps = (await GetAsync($"/api/v1/runs/{id}/steps")).GetProperty("steps");
            string state = steps.EnumerateArray().First(step => step.GetProperty("nodeId").GetString() == node).GetProperty("state").GetString()!;
            return (state == wanted, state);
        },
        _deadline.Token);

    // The indexes of the failed items, which must have had so many attempts.
    private async Task<string[]> FailedAsync(string runId, int attempts)
    {
        JsonElement page = await GetAsync($"/api/v1/runs/{runId}/steps/batch/items?states=ITEM_STATE_FAILED");
        JsonElement[] items = [.. page.GetProperty("items").EnumerateArray()];
        Assert.All(items, item => Assert.Equal((attempts, "FIELD_MISSING"), (item.GetProperty("attempt").GetInt32(), item.GetProperty("error").GetProperty("reason").GetString())));
        return [.. items.Select(item => item.GetProperty("index").GetRawText())];
    }

    private Task RunEndsAsync(string id) => RunBecomesAsync(id, "RUN_STATE_SUCCEEDED");

    private Task RunBecomesAsync(string id, string wanted) => Poll.UntilAsync(
        $"run {id} in {wanted}",
        async () =>
        {
            string state = (await GetAsync($"/api/v1/runs/{id}")).GetProperty("run").GetProperty("state").GetString()!;
            return (state == wanted, state);
        },
        _deadline.Token);

    private Task TaskBecomesAsync(string id, string wanted) => Poll.UntilAsync(
        $"task {id} in {wanted}",
        async () =>
        {
            string state = (await GetAsync($"/api/v1/task/status/{id}")).GetProperty("task").GetProperty("state").GetString()!;
            return (state == wanted, state);
        },
        _deadline.Token);

    private Task StartBecomesAsync(string id, string state, Func<JsonElement, bool> eachGroup) => Poll.UntilAsync(
        $"start {id} in {state}",
        async () =>
        {
            JsonElement start = (await GetAsync($"/api/v1/group-starts/{id}")).GetProperty("start");
            return (start.GetProperty("state").GetString() == state && start.GetProperty("groups").EnumerateArray().All(eachGroup), start.GetRawText());
        },
        _deadline.Token);

    private Task<JsonElement> GetAsync(string path) => new RestRuns(platform).GetAsync(path, _deadline.Token);

    private async Task<JsonElement> PostAsync(string path, JsonObject body)
    {
        using HttpClient rest = platform.Rest();
        using HttpResponseMessage response = await rest.PostAsJsonAsync(path, body, _deadline.Token);
        string text = await response.Content.ReadAsStringAsync(_deadline.Token);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {text}");
        return JsonElement.Parse(text);
    }

    private Task<string> EqAsync(params string[] arguments) => Tool.RunAsync(
        "dotnet",
        ["exec", Repository.Built("EasyQuant.Cli", "eq.dll"), .. arguments, "--server", platform.Host.Grpc.ToString()],
        new Dictionary<string, string> { ["EQ_KEY"] = platform.Host.Key }, _folder, "build clients/cli", _deadline.Token);
}
