using System.Globalization;
using System.Text.RegularExpressions;
using EasyQuant.Data;
using EasyQuant.Samples.Demo;

namespace EasyQuant.EndToEnd.Backtests;

/// <summary>Ticks, minutes, accounts and currencies with the real program <c>eq</c>: on this machine and on the platform, with the same options and the same result.</summary>
[Collection(PlatformCollection.Name)]
public sealed partial class EqTickTests(PlatformFixture platform) : IDisposable
{
    private const string Accounts = """[{"name": "first", "cash": {"CNY": "300000", "HKD": "100000"}}, {"name": "second", "cash": {"CNY": "1000"}}]""";
    private const string Rates = """{"HKD": {"2024-01-01": "0.91", "2024-03-06": "0.93"}}""";

    private const string SaveTicks =
        """
        {
          "schema": "easyquant/workflow/1", "name": "save-ticks", "title": {"en": "Save ticks", "zh": "保存逐笔"}, "inputs": [], "outputs": [],
          "nodes": [
            {"id": "load", "type": "TableLoader", "params": {"path": "cli-ticks/*.parquet"}, "position": {"x": 0, "y": 0}},
            {"id": "save", "type": "DbSave", "params": {"table": "cli_ticks", "mode": "insertNew", "keys": ["symbol", "time"]}, "position": {"x": 240, "y": 0}}
          ],
          "edges": [{"from": "load.table", "to": "save.table"}]
        }
        """;

    private const string Source =
        """
        public sealed class Mine(int every = 50) : IStrategy
        {
            private long _ticks;
            public void OnStart(StrategyContext context) { }
            public void OnTick(StrategyContext context, int instrument, in Tick tick) { if (++_ticks % every == 0) context.Buy(instrument, 100); }
            public void OnBar(StrategyContext context, int instrument, in Bar bar) { }
            public void OnStop(StrategyContext context) { }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("eq-ticks-").FullName;
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(5));

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _deadline.Dispose();
    }

    [Fact]
    public async Task Backtests_TicksAccountsAndRates_AreOnThePlatformWhatTheyAreHere()
    {
        string ticks = WriteTicks();
        using (PlatformClient client = platform.Client())
        {
            using MemoryStream parquet = new();
            ParquetFile.Write(TickImport.Read(ticks, new LocalFiles(), TimeSpan.FromHours(8)), ParquetCodec.Gzip, parquet, _deadline.Token);
            await client.UploadAsync("cli-ticks/ticks.parquet", parquet.ToArray(), _deadline.Token);
        }

        string workflow = Write("save-ticks.json", SaveTicks);
        await DoneAsync(RemoteAsync("workflows", "push", workflow));
        await DoneAsync(RemoteAsync("runs", "start", "save-ticks", "--watch"));

        string[] terms = ["--accounts", Accounts, "--exchange-rates", Write("rates.json", Rates), "--from", "2024-03-05"];
        await DoneAsync(EqAsync(["backtest", "sma_cross", "--ticks", ticks + "/5m", "-p", "fast=2", "-p", "slow=4", .. terms]));
        string output = await DoneAsync(RemoteAsync(["backtests", "create", "sma_cross", "--ticks", "cli_ticks/5m", "--parameters", """{"fast": 2, "slow": 4}""", .. terms, "--watch"]));
        string id = IdPattern().Match(output).Value;
        foreach ((string table, int lines) in new[] { ("equity", 3), ("fills", 3) })
        {
            await DoneAsync(RemoteAsync("backtests", "export", id, Path.Combine(_folder, table + ".csv"), "--table", table));
            string[] here = await LinesAsync(Path.Combine("eq-result", table + ".csv"));
            Assert.Equal(here, await LinesAsync(table + ".csv"));
            Assert.True(here.Length >= lines, string.Join('\n', here));
        }

        output = await DoneAsync(RemoteAsync("backtests", "create", "mine", "--source", Write("Mine.cs", Source), "--parameters", """{"every": 40}""", "--ticks", "cli_ticks", "--watch"));
        Assert.Contains("order_count", output, StringComparison.Ordinal);
        await DoneAsync(RemoteAsync("backtests", "export", IdPattern().Match(output).Value, Path.Combine(_folder, "fills.csv"), "--table", "fills"));
        Assert.InRange((await LinesAsync("fills.csv")).Length, 40, 46);
        Assert.Contains("TABLE_NOT_FOUND", (await RemoteAsync("backtests", "create", "sma_cross", "--ticks", "nothing/5m")).Error, StringComparison.Ordinal);
        Assert.Contains("spec.exchange_rates", (await RemoteAsync("backtests", "create", "sma_cross", "--ticks", "cli_ticks", "--exchange-rates", """{"HKD": {"2024-01-01": "-1"}}""")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backtest_MinuteBars_RunsWithMarginAndBiasChecks()
    {
        string bars = WriteMinutes();
        string output = await DoneAsync(EqAsync("backtest", "sma_cross", bars, "-p", "fast=3", "-p", "slow=9", "--margin", "{}", "--bias"));
        Assert.Contains("total return", output, StringComparison.Ordinal);
        Assert.Equal(3, (await LinesAsync(Path.Combine("eq-result", "equity.csv"))).Length);
// Two days alone never cross averages of 3 and 9 bars.
        Assert.True((await LinesAsync(Path.Combine("eq-result", "fills.csv"))).Length >= 4);
    }

    [Fact]
    public async Task Backtest_WrongMarket_SaysWhatAndEndsWithOne()
    {
        string ticks = WriteTicks();
        string bars = WriteMinutes();
        await WrongAsync("Name files of bars", "backtest", "sma_cross");
        await WrongAsync("--ticks excludes files of bars", "backtest", "sma_cross", bars, "--ticks", ticks);
        await WrongAsync("1d, 1m to 720m", "backtest", "sma_cross", "--ticks", ticks + "/1w");
        await WrongAsync("There is no file", "backtest", "sma_cross", "--ticks", Path.Combine(_folder, "none.csv") + "/1m");
        await WrongAsync("--utc-offset-minutes must be", "backtest", "sma_cross", "--ticks", ticks, "--utc-offset-minutes", "900");
        await WrongAsync("lacks last", "backtest", "sma_cross", "--ticks", bars + "/1m");
        await WrongAsync("Line 3: last is `dear`", "backtest", "sma_cross", "--ticks", Write("600000.SH.csv", "time,last,volume\n2024-03-04 09:30:00,10,100\n2024-03-04 09:30:01,dear,100\n"));
        await WrongAsync("--accounts is not JSON", "backtest", "sma_cross", "--ticks", ticks, "--accounts", "[{");
        await WrongAsync("it has: name, cash, margin", "backtest", "sma_cross", "--ticks", ticks, "--accounts", """[{"owner": "me"}]""");
        await WrongAsync("HKD", "backtest", "sma_cross", "--ticks", ticks, "--accounts", Accounts);
        await WrongAsync("exchange_rates of HKD start on 2030-01-01", "backtest", "sma_cross", "--ticks", ticks, "--accounts", Accounts, "--exchange-rates", """{"HKD": {"2030-01-01": "0.91"}}""");
        await WrongAsync("margin.initialLong", "backtest", "sma_cross", "--ticks", ticks, "--margin", """{"initialLong": "much"}""");
        await WrongAsync("rule book cannot be read", "backtest", "sma_cross", "--ticks", ticks, "--rule-book", "{}");
        Assert.False(Directory.Exists(Path.Combine(_folder, "eq-result")));

        async Task WrongAsync(string message, params string[] arguments)
        {
            (int code, _, string error) = await EqAsync(arguments);
            Assert.True(code == 1 && error.Contains(message, StringComparison.Ordinal) && !error.Contains("   at ", StringComparison.Ordinal), $"{code} {error}, expected: {message}");
        }
    }

    // 2 symbols x 3 days x 300 ticks of 10 s from 09:30 of Shanghai; every fifth is a quote without a trade.
    private string WriteTicks()
    {
        List<string> lines = ["代码;时间;最新价;成交量;买一价;卖一价"];
        for (int row = 0; row < 1_800; row++)
        {
            int n = row % 300;
            DateTime time = new DateTime(2024, 3, 4 + (row / 300 % 3), 9, 30, 0).AddSeconds(n * 10);
            decimal last = 10 + (row / 900) + (((n * 7) + (row / 300 * 3)) % 40 / 100m);
            lines.Add(FormattableString.Invariant($"60000{row / 900}.SH;{time:yyyy-MM-dd HH:mm:ss};{last};{(n % 5 == 0 ? 0 : 5_000)};{last - 0.01m};{last + 0.01m}"));
        }

        return Write("ticks.csv", string.Join('\n', lines) + "\n");
    }

    private string WriteMinutes()
    {
        List<string> lines = ["time,open,high,low,close,volume"];
        for (int minute = 0; minute < 240; minute++)
        {
            DateTime time = new DateTime(2024, 3, 4 + (minute / 120), 9, 30, 0).AddMinutes(minute % 120);
            decimal price = 10 + (minute * 7 % 40 / 100m);
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd HH:mm:ss},{price},{price + 0.05m},{price - 0.05m},{price + 0.02m},100000"));
        }

        return Write("600001.SH.csv", string.Join('\n', lines) + "\n");
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private async Task<string[]> LinesAsync(string name) =>
        (await File.ReadAllTextAsync(Path.Combine(_folder, name), _deadline.Token)).TrimStart('\uFEFF').TrimEnd('\n').Split('\n');

    private Task<(int Code, string Output, string Error)> RemoteAsync(params string[] arguments) =>
        EqAsync([.. arguments, "--server", platform.Host.Grpc.ToString(), "--key", platform.Host.Key]);

    private Task<(int Code, string Output, string Error)> EqAsync(params string[] arguments) => EqProgram.RunAsync(_folder, arguments, _deadline.Token);

    private static async Task<string> DoneAsync(Task<(int Code, string Output, string Error)> running)
    {
        (int code, string output, string error) = await running;
        Assert.True(code == 0, $"{output}\n{error}");
        return output;
    }

    private sealed class LocalFiles : IImportFiles
    {
        public Stream? OpenRead(string path) => File.OpenRead(path);
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();
}
