using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Samples.Demo;
using EasyQuant.Contracts.Run.V1;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.EndToEnd.Backtests;

/// <summary>A backtest, a strategy of a user and a sweep through the Gateway, with a key, the way docs/operations/backtests.md says.</summary>
[Collection(PlatformCollection.Name)]
public sealed class BacktestTests(PlatformFixture platform)
{
    private const string Source =
        "public sealed class Mine(int every = 20) : IStrategy { int _n; public void OnStart(StrategyContext c) { } public void OnStop(StrategyContext c) { } "
        + "public void OnBar(StrategyContext c, int i, in Bar b) { if (++_n % every == 0) c.Buy(i, 100); } }";

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Backtest_OverRest_RunsFromCreationToExport()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        await SaveBarsAsync(deadline.Token);
        string id = await CreateAsync("backtests", "backtest", "backtestId", Spec("sma_cross"), deadline.Token);
        JsonElement last = await WatchAsync($"/api/v1/backtests/{id}:watch", "backtest", deadline.Token);
        Assert.Equal("BACKTEST_STATE_SUCCEEDED", last.GetProperty("state").GetString());
        RestRuns rest = new(platform);
        JsonElement equity = (await rest.GetAsync($"/api/v1/backtests/{id}/equity?pageSize=10", deadline.Token)).GetProperty("equity");
        Assert.Equal(10, equity.GetProperty("rowCount").GetInt32());
        using HttpClient client = platform.Rest();
        using HttpResponseMessage file = await client.GetAsync($"/api/v1/backtests/{id}:export?format=EXPORT_FORMAT_CSV&table=equity", deadline.Token);
        Assert.Equal("text/csv", file.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", file.Headers.GetValues("X-Content-Type-Options").Single());
        string csv = await file.Content.ReadAsStringAsync(deadline.Token);
        Assert.StartsWith("trading_date,equity,cash,drawdown", csv, StringComparison.Ordinal);
        Assert.Equal(last.GetProperty("metrics").GetProperty("day_count").GetInt32() + 1, csv.TrimEnd('\n').Split('\n').Length);
        using HttpResponseMessage wrong = await client.GetAsync($"/api/v1/backtests/{id}:export", deadline.Token);
        Assert.Equal((400, "EXPORT_FORMAT_INVALID"), await ProblemAsync(wrong));
        JsonElement ledger = await rest.GetAsync("/api/v1/trial-ledger/sma_cross", deadline.Token);
        Assert.True(long.Parse(ledger.GetProperty("trialCount").GetString()!) >= 1);
    }

    [Fact]
    public async Task Source_OverRest_RunsOrSaysWhereItIsWrong()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        await SaveBarsAsync(deadline.Token);
        JsonObject spec = Spec("mine");
        spec["source"] = new JsonObject { ["text"] = Source };
        string id = await CreateAsync("backtests", "backtest", "backtestId", spec, deadline.Token);
        JsonElement last = await WatchAsync($"/api/v1/backtests/{id}:watch", "backtest", deadline.Token);
        Assert.True(last.GetProperty("state").GetString() == "BACKTEST_STATE_SUCCEEDED", last.ToString());
        Assert.True(last.GetProperty("metrics").GetProperty("order_count").GetInt32() > 0);

        using HttpClient client = platform.Rest();
        spec["source"]!["text"] = Source.Replace("c.Buy", "c.Bye", StringComparison.Ordinal);
        using HttpResponseMessage wrong = await client.PostAsJsonAsync("/api/v1/backtests", new JsonObject { ["spec"] = spec.DeepClone() }, deadline.Token);
        RestProblem problem = await RestProblem.ReadAsync(wrong);
        Assert.Equal((400, "SOURCE_INVALID", "/spec/source/text"), (problem.Status, problem.Code, problem.Fields[0].Pointer));
        Assert.Contains("line 1, column", problem.Fields[0].Detail, StringComparison.Ordinal);
        string foreign = await platform.CreateForeignKeyAsync("elsewhere", deadline.Token);
        using HttpClient stranger = platform.Rest(foreign);
        using HttpResponseMessage hidden = await stranger.GetAsync($"/api/v1/backtests/{id}", deadline.Token);
        Assert.Equal((404, "BACKTEST_NOT_FOUND"), await ProblemAsync(hidden));
    }

    [Fact]
    public async Task Sweep_OverRest_GivesTrialsAndHeatMap()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        await SaveBarsAsync(deadline.Token);
        JsonObject spec = new()
        {
            ["backtest"] = Spec("sma_cross"),
            ["axes"] = new JsonArray(
                new JsonObject { ["parameter"] = "fast", ["rangeStart"] = 2, ["rangeEnd"] = 4, ["rangeStep"] = 1 },
                new JsonObject { ["parameter"] = "slow", ["values"] = new JsonArray(10, 20) }),
        };
        string id = await CreateAsync("sweeps", "sweep", "sweepId", spec, deadline.Token);
        JsonElement last = await WatchAsync($"/api/v1/sweeps/{id}:watch", "sweep", deadline.Token);
        Assert.Equal(("BACKTEST_STATE_SUCCEEDED", 6), (last.GetProperty("state").GetString(), last.GetProperty("doneCount").GetInt32()));
        RestRuns rest = new(platform);
        JsonElement trials = await rest.GetAsync($"/api/v1/sweeps/{id}/trials?orderBy=sharpe&pageSize=2", deadline.Token);
        Assert.Equal(2, trials.GetProperty("trials").GetArrayLength());
        JsonElement map = await rest.GetAsync($"/api/v1/sweeps/{id}/heat-map?xParameter=fast&yParameter=slow", deadline.Token);
        Assert.Equal(6, map.GetProperty("cells").GetArrayLength());
    }

    private static JsonObject Spec(string strategy) => new() { ["strategy"] = strategy };

    // The sample stores the bars; running it again changes nothing.
    private async Task SaveBarsAsync(CancellationToken cancellationToken)
    {
        using PlatformClient client = platform.Client();
        Run run = await client.StartAsync("daily-pipeline", new Struct(), cancellationToken);
        run = await client.WatchAsync(run.RunId, _ => { }, cancellationToken);
        Assert.Equal(RunState.Succeeded, run.State);
    }

    private async Task<string> CreateAsync(string path, string name, string id, JsonObject spec, CancellationToken cancellationToken)
    {
        using HttpClient client = platform.Rest();
        JsonObject request = new() { ["requestId"] = Guid.CreateVersion7().ToString(), ["spec"] = spec.DeepClone() };
        using HttpResponseMessage first = await client.PostAsJsonAsync("/api/v1/" + path, request, cancellationToken);
        using HttpResponseMessage again = await client.PostAsJsonAsync("/api/v1/" + path, request, cancellationToken);
        string[] ids = [await IdAsync(first), await IdAsync(again)];
        Assert.Equal(ids[0], ids[1]);
        return ids[0];

        async Task<string> IdAsync(HttpResponseMessage response)
        {
            string text = await response.Content.ReadAsStringAsync(cancellationToken);
            Assert.True(response.IsSuccessStatusCode, text);
            return JsonElement.Parse(text).GetProperty(name).GetProperty(id).GetString()!;
        }
    }

    private async Task<JsonElement> WatchAsync(string path, string name, CancellationToken cancellationToken)
    {
        using HttpClient client = platform.Rest();
        using HttpResponseMessage response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync(cancellationToken));
        JsonElement? last = null;
        while (await reader.ReadLineAsync(cancellationToken) is { } line && line != "event: end")
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                last = JsonElement.Parse(line[6..]).GetProperty(name);
            }
        }

        return last ?? throw new InvalidOperationException($"{path} gave no event.");
    }

    private static async Task<(int Status, string Code)> ProblemAsync(HttpResponseMessage response)
    {
        RestProblem problem = await RestProblem.ReadAsync(response);
        return (problem.Status, problem.Code);
    }
}
