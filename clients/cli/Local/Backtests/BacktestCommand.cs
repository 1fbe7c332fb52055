using System.CommandLine;

namespace EasyQuant.Cli.Local.Backtests;

/// <summary><c>eq backtest</c>: runs a shipped strategy over files of bars and writes a tear sheet, JSON and CSV.</summary>
public static class BacktestCommand
{
    internal const string LedgerName = "eq-trials.jsonl";

    /// <summary>Builds the command.</summary>
    /// <returns>The command; exit code 0 when the result was written, 1 when a file or a parameter is wrong, 2 when the run failed.</returns>
    public static Command Create()
    {
        Argument<string> strategy = new("strategy") { Description = "Name of a shipped strategy, for example sma_cross. / 内置策略名。" };
        Argument<string[]> files = new("files") { Description = "Files of bars of any known vendor, of days or of minutes. / K 线文件。", Arity = ArgumentArity.ZeroOrMore };
        Option<string[]> parameters = new("--param", "-p") { Description = "One parameter as name=value.", DefaultValueFactory = _ => [] };
        Option<string> cash = new("--cash") { Description = "Cash at the start in CNY.", DefaultValueFactory = _ => "1000000" };
        Option<DateOnly?> start = new("--start", "--from") { Description = "First trading day, included." };
        Option<DateOnly?> end = new("--end", "--to") { Description = "Last trading day, included." };
        Option<string> benchmark = new("--benchmark") { Description = "Symbol among the files to compare with." };
        Option<string> output = new("--output", "-o") { Description = "Folder of the result; default: eq-result below the current folder." };
        Option<string> ledger = new("--ledger") { Description = "File that counts trials; default: eq-trials.jsonl in the current folder." };
        Option<string> family = new("--family") { Description = "Strategy family in the ledger; default: the strategy." };
        Option<bool> bias = new("--bias") { Description = "Runs the bias checks as well. / 同时进行偏差检查。" };
        Option<int> heartbeat = new("--heartbeat-minutes") { Description = "Minutes between two heartbeats, 1 to 1440; 0: one a day. / 心跳间隔（分钟）。" };
        Option<int> warmUp = new("--warm-up-days") { Description = "Trading days before --start that the strategy sees without trading. / 预热天数。" };
        Option<bool> auctions = new("--auction-rows-only") { Description = "Only rows of the call auctions stand for auctions. / 仅认集合竞价行。" };
        Option<long> seed = new("--seed") { Description = "Seed of every random choice." };
        Option<bool> chinese = new("--zh") { Description = "Opens the tear sheet in 中文." };
        Option<bool> greenUp = new("--green-up") { Description = "Shows gains green and losses red. / 绿涨红跌。" };
        MarketOptions market = new();
        Command command = new("backtest", "Runs a strategy over files of bars and writes a tear sheet. / 回测并生成绩效报告。")
        {
            strategy, files, parameters, cash, start, end, benchmark, output, ledger, family, bias, heartbeat, warmUp, auctions, seed, chinese, greenUp,
        };
        market.AddTo(command);
        command.SetAction((result, cancellationToken) => BacktestRun.ExecuteAsync(
            market.Fill(result, new BacktestOptions(
                result.GetRequiredValue(strategy),
                result.GetValue(files) ?? [],
                result.GetRequiredValue(parameters),
                result.GetRequiredValue(cash),
                result.GetValue(start),
                result.GetValue(end),
                result.GetValue(benchmark),
                result.GetValue(output) ?? Path.Combine(Environment.CurrentDirectory, "eq-result"),
                result.GetValue(ledger) ?? Path.Combine(Environment.CurrentDirectory, LedgerName),
                result.GetValue(family),
                result.GetValue(bias),
                result.GetValue(heartbeat),
                result.GetValue(warmUp),
                result.GetValue(auctions),
                result.GetValue(seed),
                result.GetValue(chinese),
                result.GetValue(greenUp))),
            TimeProvider.System,
            cancellationToken));
        return command;
    }
}
