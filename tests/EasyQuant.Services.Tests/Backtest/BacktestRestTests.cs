using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Services.Tests.Gateway;
using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.Testing;

namespace EasyQuant.Services.Tests.Backtest;

/// <summary>Every call of the Backtest service over REST: a Gateway before the service over a real database.</summary>
public sealed class BacktestRestTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string Source =
        """
        public sealed class Mine : IStrategy
        {
            public void OnStart(StrategyContext context) { }
            private long _bars;
            public void OnBar(StrategyContext context, int instrument, in Bar bar) { BODY }
            public void OnStop(StrategyContext context) { }
        }
        """;

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(4));

    [Fact]
    public async Task Backtest_EveryCall_Answers()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        await using GatewayHost gateway = await GatewayAsync(host);
        Assert.True((await GetAsync(gateway, "strategies")).GetProperty("strategies").GetArrayLength() >= 10);
        string first = await EndAsync(gateway, "backtests", "backtest", Spec(3), "backtestId");
        string second = await EndAsync(gateway, "backtests", "backtest", Spec(4), "backtestId");
        Assert.Equal(1, (await GetAsync(gateway, "backtests?pageSize=1")).GetProperty("backtests").GetArrayLength());
        Assert.Equal(2, (await GetAsync(gateway, "backtests?state=BACKTEST_STATE_SUCCEEDED&strategy=sma_cross")).GetProperty("backtests").GetArrayLength());
        Assert.Contains("BACKTEST_STATE_SUCCEEDED", await TextAsync(gateway, $"backtests/{first}:watch"), StringComparison.Ordinal);
        foreach (string table in new[] { "equity", "trades", "orders", "fills", "faults" })
        {
            Assert.True((await GetAsync(gateway, $"backtests/{first}/{table}?pageSize=5")).TryGetProperty(table, out JsonElement _), table);
        }

        Assert.True((await GetAsync(gateway, $"backtests/{first}/performance")).GetProperty("report").EnumerateObject().Any());
        JsonElement judged = (await GetAsync(gateway, $"backtests/{second}")).GetProperty("backtest").GetProperty("trials");
        Assert.Equal(2, judged.GetProperty("trial_count").GetDouble());
        Assert.InRange(judged.GetProperty("deflated_sharpe").GetDouble(), 0, 1);
        JsonElement compared = await GetAsync(gateway, $"backtests:compare?backtestIds={first}&backtestIds={second}");
        Assert.Equal([first, second], compared.GetProperty("backtests").EnumerateArray().Select(one => one.GetProperty("backtestId").GetString()!));
        Assert.Contains("<html", await TextAsync(gateway, $"backtests/{first}:export?format=EXPORT_FORMAT_HTML&language=zh&redUp=true"), StringComparison.Ordinal);
        Assert.StartsWith("trading_date,", await TextAsync(gateway, $"backtests/{first}:export?format=EXPORT_FORMAT_CSV&table=equity"), StringComparison.Ordinal);
        JsonElement.Parse(await TextAsync(gateway, $"backtests/{first}:export?format=EXPORT_FORMAT_JSON"));

        string shipped = (await GetAsync(gateway, "rule-books")).GetProperty("ruleBooks")[0].GetProperty("version").GetString()!;
        var book = (JsonObject)JsonNode.Parse((await GetAsync(gateway, $"rule-books/{shipped}")).GetProperty("ruleBook").GetProperty("json").GetString()!)!;
        book["version"] = "mine-1";
        await PostAsync(gateway, "rule-books", new JsonObject { ["json"] = book.ToJsonString() });
        Assert.Equal("mine-1", (await GetAsync(gateway, "rule-books/mine-1")).GetProperty("ruleBook").GetProperty("version").GetString());
        Assert.True((await GetAsync(gateway, "rule-books")).GetProperty("ruleBooks").GetArrayLength() >= 2);
        JsonElement again = await PostAsync(gateway, $"backtests/{first}:rerun", new JsonObject { ["ruleBook"] = "mine-1" });
        string rerun = again.GetProperty("backtest").GetProperty("backtestId").GetString()!;
        await EndedAsync(gateway, "backtests", "backtest", rerun);
        JsonElement cancelled = await PostAsync(gateway, $"backtests/{rerun}:cancel", []);
        Assert.Equal("BACKTEST_STATE_SUCCEEDED", cancelled.GetProperty("backtest").GetProperty("state").GetString());
        JsonElement issues = (await PostAsync(gateway, "strategies:validate", new JsonObject { ["source"] = "public class X {" })).GetProperty("issues");
        Assert.True(issues.GetArrayLength() > 0);

        string check = await EndAsync(gateway, "bias-checks", "biasCheck", new JsonObject { ["backtestId"] = first }, "biasCheckId");
        Assert.True((await GetAsync(gateway, $"bias-checks/{check}")).GetProperty("biasCheck").TryGetProperty("verdict", out JsonElement _));
        Assert.Equal(1, (await GetAsync(gateway, $"backtests/{first}/bias-checks")).GetProperty("biasChecks").GetArrayLength());
    }

    [Fact]
    public async Task Sweep_EveryCall_Answers()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        await using GatewayHost gateway = await GatewayAsync(host);
        JsonObject backtest = Spec(2);
        backtest.Remove("parameters");
        JsonObject spec = new()
        {
            ["backtest"] = backtest,
            ["axes"] = new JsonArray(
                new JsonObject { ["parameter"] = "fast", ["rangeStart"] = 2, ["rangeEnd"] = 4, ["rangeStep"] = 1 },
                new JsonObject { ["parameter"] = "slow", ["values"] = new JsonArray(10, 20) }),
        };
        string id = await EndAsync(gateway, "sweeps", "sweep", spec, "sweepId");
        Assert.Equal(1, (await GetAsync(gateway, "sweeps")).GetProperty("sweeps").GetArrayLength());
        Assert.Contains("BACKTEST_STATE_SUCCEEDED", await TextAsync(gateway, $"sweeps/{id}:watch"), StringComparison.Ordinal);
        Assert.Equal(6, (await GetAsync(gateway, $"sweeps/{id}/trials?orderBy=sharpe")).GetProperty("trials").GetArrayLength());
        Assert.Equal(6, (await GetAsync(gateway, $"sweeps/{id}/table")).GetProperty("rows").GetProperty("rowCount").GetInt32());
        Assert.Equal(6, (await GetAsync(gateway, $"sweeps/{id}/heat-map?xParameter=fast&yParameter=slow")).GetProperty("cells").GetArrayLength());
        Assert.Equal(7, (await TextAsync(gateway, $"sweeps/{id}:export?format=EXPORT_FORMAT_CSV")).TrimEnd('\n').Split('\n').Length);
        JsonElement cancelled = await PostAsync(gateway, $"sweeps/{id}:cancel", []);
        Assert.Equal("BACKTEST_STATE_SUCCEEDED", cancelled.GetProperty("sweep").GetProperty("state").GetString());
        Assert.Equal("6", (await GetAsync(gateway, "trial-ledger/sma_cross")).GetProperty("trialCount").GetString());
        Assert.Equal(2, (await GetAsync(gateway, "trial-ledger/sma_cross/trials?pageSize=2")).GetProperty("trials").GetArrayLength());
    }

    [Fact]
    public async Task Cancel_RunningBacktestAndSweep_EndAtOnceAndTheStreamsSaySo()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token, sandboxTimeMax: "00:30:00");
        await using GatewayHost gateway = await GatewayAsync(host);
        // Runs for 100 of 120 days (progress is told every 64) and then for ever, so that only the cancellation can end it.
        JsonObject endless = Mine("while (++_bars > 400) { }");
        await CancelledAsync("backtests", "backtest", "backtestId", endless, one => one.GetProperty("progress").GetDouble() > 0);
        JsonObject sweep = new()
        {
            ["backtest"] = Mine("while (++_bars > every) { }", "int every = 5"),
            ["axes"] = new JsonArray(new JsonObject { ["parameter"] = "every", ["values"] = new JsonArray(100, 200, 300) }),
        };
        await CancelledAsync("sweeps", "sweep", "sweepId", sweep, _ => true);
        // The only slot is free again.
        await EndAsync(gateway, "backtests", "backtest", Spec(3), "backtestId");

        async Task CancelledAsync(string path, string name, string idField, JsonObject spec, Func<JsonElement, bool> isUnderWay)
        {
            JsonElement created = await PostAsync(gateway, path, new JsonObject { ["spec"] = spec });
            string id = created.GetProperty(name).GetProperty(idField).GetString()!;
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/{path}/{id}:watch");
            request.Headers.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", gateway.Key);
            using HttpResponseMessage response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _deadline.Token);
            using var events = new StreamReader(await response.Content.ReadAsStreamAsync(_deadline.Token));
            await NextAsync(one => one.GetProperty("state").GetString() == "BACKTEST_STATE_RUNNING" && isUnderWay(one));
            for (int i = 0; i < 2; i++)
            {
                JsonElement cancelled = await PostAsync(gateway, $"{path}/{id}:cancel", []);
                Assert.Equal("BACKTEST_STATE_CANCELLED", cancelled.GetProperty(name).GetProperty("state").GetString());
            }

            await NextAsync(one => one.GetProperty("state").GetString() == "BACKTEST_STATE_CANCELLED");
            Assert.Contains("event: end", await events.ReadToEndAsync(_deadline.Token), StringComparison.Ordinal);
            await Eventually.BecomesAsync(
                "the sandbox process to be gone",
                () => Task.FromResult(Directory.GetDirectories(Path.Combine(host.DataRoot, "sandbox"), "job-*").Length),
                count => count == 0,
                BacktestHost.Patience);

            async Task NextAsync(Func<JsonElement, bool> isWanted)
            {
                while (await events.ReadLineAsync(_deadline.Token) is { } line)
                {
                    if (line.StartsWith("data: ", StringComparison.Ordinal) && JsonElement.Parse(line[6..]).TryGetProperty(name, out JsonElement one) && isWanted(one))
                    {
                        return;
                    }
                }

                Assert.Fail($"The stream of {path} ended before what was waited for.");
            }
        }
    }

    [Fact]
    public async Task Create_BadInput_IsANamedProblem()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        await using GatewayHost gateway = await GatewayAsync(host);
        Assert.Equal("SYMBOL_NOT_FOUND", await RefusedAsync(spec => spec["symbols"] = new JsonArray("600999.SH")));
        Assert.Equal("PERIOD_EMPTY", await RefusedAsync(spec => (spec["startDate"], spec["endDate"]) = ("2019-01-01", "2019-12-31")));
        Assert.Equal("PARAMETER_OUT_OF_RANGE", await RefusedAsync(spec => spec["parameters"]!["slow"] = 1e9));
        Assert.Equal("PARAMETER_OUT_OF_RANGE", await RefusedAsync(spec => spec["warmUpDays"] = 100_001));
        Assert.Equal("PARAMETER_OUT_OF_RANGE", await RefusedAsync(spec => spec["heartbeatMinutes"] = -1));
        Assert.False((await GetAsync(gateway, "backtests")).TryGetProperty("backtests", out JsonElement none) && none.GetArrayLength() > 0);
        Assert.Equal("SYMBOL_INVALID", await RefusedAsync(spec => spec["symbols"] = new JsonArray("no such thing")));
        Assert.Equal("PARAMETER_TYPE", await RefusedAsync(spec => spec["parameters"]!["slow"] = "NaN"));
        Assert.Equal("UNKNOWN_PARAMETER", await RefusedAsync(spec => spec["parameters"]!["speed"] = 1));
        Assert.Equal("ORDER_LIMIT_EXCEEDED", await FailedAsync(Mine("for (int i = 0; i < 10_000_000; i++) context.Buy(instrument, 100);")));
        Assert.Equal("VALUE_NOT_FINITE", await FailedAsync(Mine("context.Buy(instrument, context.Equity.ToDouble() * double.NaN);")));
        Assert.Equal("VALUE_NOT_FINITE", await FailedAsync(Mine("context.Buy(instrument, double.PositiveInfinity);")));
        Assert.Equal("VALUE_NEGATIVE", await FailedAsync(Mine("context.Sell(instrument, -1.5);")));
        await host.ExecuteAsync("update data.daily_bars set low = -1 where trading_date = '2024-01-20' and symbol = '600001.SH'", _deadline.Token);
        Assert.Equal("VALUE_NEGATIVE", await FailedAsync(Spec(3)));
        await host.ExecuteAsync("delete from data.daily_bars where trading_date = '2024-01-20' and symbol = '600001.SH'", _deadline.Token);
        JsonObject strict = Spec(3);
        strict["missingBars"] = "MISSING_BARS_REFUSE";
        Assert.Equal("DATA_HOLES", await FailedAsync(strict));
        await host.ExecuteAsync(
            "alter table data.daily_bars alter column close type numeric; update data.daily_bars set close = 'NaN' where trading_date = '2024-01-21' and symbol = '600001.SH'", _deadline.Token);
        Assert.Equal("VALUE_NOT_FINITE", await FailedAsync(Spec(3)));

        async Task<string> RefusedAsync(Action<JsonObject> change)
        {
            JsonObject spec = Spec(3);
            change(spec);
            using HttpResponseMessage response = await gateway.SendAsync(HttpMethod.Post, "/api/v1/backtests", new JsonObject { ["spec"] = spec }.ToJsonString());
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            return JsonElement.Parse(await response.Content.ReadAsStringAsync(_deadline.Token)).GetProperty("code").GetString()!;
        }

        async Task<string> FailedAsync(JsonObject spec)
        {
            JsonElement created = await PostAsync(gateway, "backtests", new JsonObject { ["spec"] = spec });
            JsonElement ended = await EndedAsync(gateway, "backtests", "backtest", created.GetProperty("backtest").GetProperty("backtestId").GetString()!);
            return ended.GetProperty("errorReason").GetString()!;
        }
    }

    private static Task<GatewayHost> GatewayAsync(BacktestHost host) => GatewayHost.StartAsync(
        null, ("services:backtest:grpc:0", host.GrpcAddress.ToString()), ("EASYQUANT_INTERNAL_CREDENTIAL", TestService.Credential));

    private static JsonObject Mine(string body, string parameters = "") => new()
    {
        ["strategy"] = "mine",
        ["source"] = new JsonObject
        {
            ["text"] = Source.Replace("BODY", body, StringComparison.Ordinal).Replace("class Mine ", $"class Mine({parameters}) ", StringComparison.Ordinal),
        },
    };

    private static JsonObject Spec(int fast) => new()
    {
        ["strategy"] = "sma_cross", ["parameters"] = new JsonObject { ["fast"] = fast, ["slow"] = 10 },
    };

    private async Task<string> EndAsync(GatewayHost gateway, string path, string name, JsonObject spec, string id)
    {
        JsonElement created = await PostAsync(gateway, path, new JsonObject { ["spec"] = spec });
        string made = created.GetProperty(name).GetProperty(id).GetString()!;
        JsonElement ended = await EndedAsync(gateway, path, name, made);
        Assert.True(ended.GetProperty("state").GetString() == "BACKTEST_STATE_SUCCEEDED", ended.ToString());
        return made;
    }

    private Task<JsonElement> EndedAsync(GatewayHost gateway, string path, string name, string id) => Eventually.BecomesAsync(
        $"{path}/{id} to end",
        async () => (await GetAsync(gateway, $"{path}/{id}")).GetProperty(name),
        one => one.TryGetProperty("endTime", out JsonElement time) && time.ValueKind == JsonValueKind.String,
        BacktestHost.Patience);

    private async Task<JsonElement> GetAsync(GatewayHost gateway, string path) => JsonElement.Parse(await TextAsync(gateway, path));

    private async Task<string> TextAsync(GatewayHost gateway, string path)
    {
        using HttpResponseMessage response = await gateway.SendAsync(HttpMethod.Get, "/api/v1/" + path);
        return await ReadAsync(response, path);
    }

    private async Task<JsonElement> PostAsync(GatewayHost gateway, string path, JsonObject body)
    {
        using HttpResponseMessage response = await gateway.SendAsync(HttpMethod.Post, "/api/v1/" + path, body.ToJsonString());
        return JsonElement.Parse(await ReadAsync(response, path));
    }

    private async Task<string> ReadAsync(HttpResponseMessage response, string path)
    {
        string text = await response.Content.ReadAsStringAsync(_deadline.Token);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {text}");
        return text;
    }
}
