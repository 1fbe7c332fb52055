using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Samples.Demo;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.EndToEnd.Backtests;

/// <summary>The real program <c>eq</c>: backtests on this machine and on the platform.</summary>
[Collection(PlatformCollection.Name)]
public sealed partial class EqBacktestTests(PlatformFixture platform) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("eq-cli-").FullName;
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(4));

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _deadline.Dispose();
    }

    [Fact]
    public async Task Backtest_OnThisMachine_WritesSheetAndFiguresAndCountsTheTrial()
    {
        string bars = WriteBars();
        (int code, string output, string error) = await EqAsync("backtest", "sma_cross", bars, "-p", "fast=3", "-p", "slow=9", "--bias");
        Assert.True(code == 0, error);
        Assert.Contains("total return", output, StringComparison.Ordinal);
        Assert.Contains("deflated Sharpe ratio", output, StringComparison.Ordinal);
        string[] written = [.. Directory.GetFiles(Path.Combine(_folder, "eq-result")).Select(path => Path.GetFileName(path)!)];
        Assert.Contains("tear-sheet.html", written);
        Assert.Contains(written, name => name.EndsWith(".csv", StringComparison.Ordinal));
        string figures = await File.ReadAllTextAsync(Path.Combine(_folder, "eq-result", "figures.csv"), _deadline.Token);
        Assert.Contains("\ntrials,deflated_sharpe,", figures, StringComparison.Ordinal);
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_folder, "eq-trials.jsonl"), _deadline.Token));
        await EqAsync("backtest", "sma_cross", bars, "-p", "fast=4", "-p", "slow=9");
        Assert.Equal(2, (await File.ReadAllLinesAsync(Path.Combine(_folder, "eq-trials.jsonl"), _deadline.Token)).Length);
    }

    [Fact]
    public async Task Backtest_WrongInput_SaysWhatAndEndsWithOne()
    {
        string bars = WriteBars();
        Assert.Contains("fast must be less than slow", await WrongAsync("backtest", "sma_cross", bars, "-p", "fast=9", "-p", "slow=3"), StringComparison.Ordinal);
        Assert.Contains("name=value", await WrongAsync("backtest", "sma_cross", bars, "-p", "fast"), StringComparison.Ordinal);
        Assert.Contains("magic", await WrongAsync("backtest", "magic", bars), StringComparison.Ordinal);
        Assert.Contains("period", await WrongAsync("backtest", "sma_cross", bars, "--start", "2030-01-01"), StringComparison.OrdinalIgnoreCase);
        Assert.NotEmpty(await WrongAsync("backtest", "sma_cross", Path.Combine(_folder, "nothing.csv")));
        Assert.False(Directory.Exists(Path.Combine(_folder, "eq-result")));

        async Task<string> WrongAsync(params string[] arguments)
        {
            (int code, _, string error) = await EqAsync(arguments);
            Assert.Equal(1, code);
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
            return error;
        }
    }

    [Fact]
    public async Task Backtests_OnThePlatform_AreCreatedListedRerunAndExported()
    {
        await SaveBarsAsync();
        (int code, string output, string error) = await RemoteAsync("backtests", "create", "sma_cross", "--parameters", """{"fast": 4, "slow": 12}""", "--watch");
        Assert.True(code == 0, error);
        Assert.Contains("Succeeded", error, StringComparison.Ordinal);
        string id = IdPattern().Match(output).Value;
        Assert.Contains("final_equity", output, StringComparison.Ordinal);
        Assert.Contains("    deflated_sharpe: ", output, StringComparison.Ordinal);
        Assert.Contains("    trial_count: ", output, StringComparison.Ordinal);
        Assert.Contains(id, (await RemoteAsync("backtests", "list", "-o", "json")).Output, StringComparison.Ordinal);
        Assert.Equal(id, JsonElement.Parse((await RemoteAsync("backtests", "show", id, "-o", "json")).Output).GetProperty("backtestId").GetString());
        foreach (string file in new[] { "equity.csv", "all.json", "sheet.html", "trades.arrow", "fills.parquet" })
        {
            string table = Path.GetExtension(file) is ".html" or ".json" ? "equity" : Path.GetFileNameWithoutExtension(file);
            (int exported, _, string why) = await RemoteAsync("backtests", "export", id, Path.Combine(_folder, file), "--table", table);
            Assert.True(exported == 0, $"{file}: {why}");
            Assert.True(new FileInfo(Path.Combine(_folder, file)).Length > 100, file);
        }

        (int refused, _, string reason) = await RemoteAsync("backtests", "export", id, Path.Combine(_folder, "x.csv"), "--table", "nothing");
        Assert.NotEqual(0, refused);
        Assert.Contains("TABLE_NOT_FOUND", reason, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "x.csv")));
        Assert.Contains("RULE_BOOK_NOT_FOUND", (await RemoteAsync("backtests", "rerun", id, "nothing")).Error, StringComparison.Ordinal);
        (code, output, error) = await RemoteAsync("backtests", "rerun", id, "china-2026.2", "--watch");
        Assert.True(code == 0 && IdPattern().Match(output).Value != id, error);
        Assert.Contains("PANEL_NOT_FOUND", (await RemoteAsync("backtests", "create", "sma_cross", "--panel", "nowhere/5m")).Error, StringComparison.Ordinal);
        Assert.Equal(1, (await RemoteAsync("backtests", "create", "sma_cross", "--source", Path.Combine(_folder, "none.cs"))).Code);
    }

    [Fact]
    public async Task Sweeps_OnThePlatform_AreCreatedRankedAndExported()
    {
        await SaveBarsAsync();
        string spec = Path.Combine(_folder, "sweep.json");
        await File.WriteAllTextAsync(
            spec, """{"backtest": {"strategy": "sma_cross"}, "axes": [{"parameter": "fast", "rangeStart": 2, "rangeEnd": 4, "rangeStep": 1}, {"parameter": "slow", "values": [10, 20]}]}""", _deadline.Token);
        (int code, string output, string error) = await RemoteAsync("sweeps", "create", spec, "--watch");
        Assert.True(code == 0, error);
        string id = IdPattern().Match(output).Value;
        Assert.Contains("6/6", output, StringComparison.Ordinal);
        Assert.Contains("  deflated_sharpe: ", output, StringComparison.Ordinal);
        Assert.Equal(3, (await RemoteAsync("sweeps", "best", id, "--by", "total_return", "--count", "3")).Output.TrimEnd('\n').Split('\n').Length);
        string file = Path.Combine(_folder, "trials.csv");
        Assert.Equal(0, (await RemoteAsync("sweeps", "export", id, file)).Code);
        Assert.Equal(7, (await File.ReadAllLinesAsync(file, _deadline.Token)).Length);
        await File.WriteAllTextAsync(spec, "{", _deadline.Token);
        Assert.Equal(1, (await RemoteAsync("sweeps", "create", spec)).Code);
    }

    [Fact]
    public async Task Backtests_WatchedCancelledAndUnderOtherRules_EndAsTheySay()
    {
        await SaveBarsAsync();
        string endless = Write(
            "Endless.cs",
            "public sealed class Endless(int n = 1) : IStrategy { public void OnStart(StrategyContext c) { } public void OnStop(StrategyContext c) { } "
            + "public void OnBar(StrategyContext c, int i, in Bar b) { while (n > 0) { } } }");
        (int code, string output, string error) = await RemoteAsync("backtests", "create", "endless", "--source", endless);
        Assert.True(code == 0, error);
        string id = IdPattern().Match(output).Value;
        (code, output, error) = await RemoteAsync("backtests", "cancel", id);
        Assert.True(code == 0 && output.Contains("Cancelled", StringComparison.Ordinal), output + error);
        (code, output, error) = await RemoteAsync("backtests", "watch", id);
        Assert.True(code == 2 && output.Contains($"{id} endless Cancelled", StringComparison.Ordinal), output + error);
        Assert.Contains("BACKTEST_NOT_FOUND", (await RemoteAsync("backtests", "watch", Guid.CreateVersion7().ToString())).Error, StringComparison.Ordinal);

        string sweep = Write("endless.json", new JsonObject
        {
            ["backtest"] = new JsonObject { ["strategy"] = "endless", ["source"] = new JsonObject { ["text"] = await File.ReadAllTextAsync(endless, _deadline.Token) } },
            ["axes"] = new JsonArray(new JsonObject { ["parameter"] = "n", ["rangeStart"] = 1, ["rangeEnd"] = 4, ["rangeStep"] = 1 }),
        }.ToJsonString());
        (code, output, error) = await RemoteAsync("sweeps", "create", sweep);
        Assert.True(code == 0, error);
        id = IdPattern().Match(output).Value;
        Assert.Contains("Cancelled", (await RemoteAsync("sweeps", "cancel", id)).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await RemoteAsync("sweeps", "watch", id)).Code);

        JsonNode rules = JsonNode.Parse(await File.ReadAllTextAsync(Repository.PathOf("core", "EasyQuant.Domain", "Rules", "china.json"), _deadline.Token))!;
        rules["version"] = "cli-rules";
        string book = Write("rules.json", rules.ToJsonString());
        (code, output, error) = await RemoteAsync("backtests", "add-rules", book);
        Assert.True(code == 0 && output.StartsWith("cli-rules 30 rules", StringComparison.Ordinal), output + error);
        Assert.Contains("RULE_BOOK_INVALID", (await RemoteAsync("backtests", "add-rules", Write("broken.json", "{"))).Error, StringComparison.Ordinal);
        string spec = Write("spec.json", """{"strategy": "sma_cross", "parameters": {"fast": 4, "slow": 12}, "cash": "500000"}""");
        (code, output, error) = await RemoteAsync("backtests", "create", "--spec", spec, "--rule-book", "cli-rules", "--margin", "{}", "--watch");
        Assert.True(code == 0, output + error);
        string shown = (await RemoteAsync("backtests", "show", IdPattern().Match(output).Value, "-o", "json")).Output;
        JsonElement manifest = JsonElement.Parse(shown).GetProperty("manifest");
        Assert.Equal("cli-rules", manifest.GetProperty("rule_book_version").GetString());
        Assert.Contains(IdPattern().Match(output).Value, (await RemoteAsync("backtests", "list", "--strategy", "sma_cross", "-o", "json")).Output, StringComparison.Ordinal);
    }

    private string WriteBars()
    {
        string path = Path.Combine(_folder, "600000.SH.csv");
        var random = new Random(4);
        decimal price = 10;
        List<string> lines = ["symbol,date,open,high,low,close,volume,amount"];
        for (int day = 0; day < 200; day++)
        {
            decimal open = Math.Round(price * (decimal)(0.98 + (random.NextDouble() * 0.04)), 2);
            price = Math.Round(open * (decimal)(0.98 + (random.NextDouble() * 0.041)), 2);
            lines.Add(FormattableString.Invariant(
                $"600000.SH,{new DateOnly(2024, 1, 1).AddDays(day):yyyy-MM-dd},{open},{Math.Max(open, price)},{Math.Min(open, price)},{price},100000,{price * 100_000}"));
        }

        File.WriteAllLines(path, lines);
        return path;
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    // The sample stores the bars; running it again changes nothing.
    private async Task SaveBarsAsync()
    {
        using PlatformClient client = platform.Client();
        Run run = await client.StartAsync("daily-pipeline", new Struct(), _deadline.Token);
        Assert.Equal(RunState.Succeeded, (await client.WatchAsync(run.RunId, _ => { }, _deadline.Token)).State);
    }

    private Task<(int Code, string Output, string Error)> RemoteAsync(params string[] arguments) =>
        EqAsync([.. arguments, "--server", platform.Host.Grpc.ToString(), "--key", platform.Host.Key]);

    private Task<(int Code, string Output, string Error)> EqAsync(params string[] arguments) => EqProgram.RunAsync(_folder, arguments, _deadline.Token);

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();
}
