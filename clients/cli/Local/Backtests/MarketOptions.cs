using System.CommandLine;

namespace EasyQuant.Cli.Local.Backtests;

/// <summary>Options of <c>eq backtest</c> beside bars and cash: ticks, corporate actions, accounts, borrowing, currencies, rule book. They are named as those of <c>eq backtests create</c>.</summary>
internal sealed class MarketOptions
{
    private readonly Option<string?> _ticks = new("--ticks") { Description = "File of ticks as FILE[/INTERVAL], for example ticks.csv/5m, instead of files of bars; default 1m. / 逐笔数据文件。" };
    private readonly Option<int> _offset = new("--utc-offset-minutes") { Description = "Local time of the exchange less UTC, for ticks. / 时区偏移（分钟）。", DefaultValueFactory = _ => 480 };
    private readonly Option<string?> _actions = new("--actions") { Description = "Parquet or Arrow file of corporate actions. / 公司行动文件。" };
    private readonly Option<string?> _accounts = new("--accounts") { Description = "Accounts as JSON or a file of it: [{\"name\": \"a\", \"cash\": {\"CNY\": \"500000\"}}]; the strategy trades the first. / 账户。" };
    private readonly Option<string?> _margin = new("--margin") { Description = "Terms for borrowing as JSON or a file of it; {} takes the defaults. / 融资融券条件。" };
    private readonly Option<string> _currency = new("--base-currency") { Description = "Currency that equity is counted in. / 本位币。", DefaultValueFactory = _ => "CNY" };
    private readonly Option<string?> _rates = new("--exchange-rates") { Description = "Rates as JSON or a file of it: {\"HKD\": {\"2024-01-01\": \"0.91\"}}. / 汇率。" };
    private readonly Option<string?> _ruleBook = new("--rule-book") { Description = "Rule book as JSON or a file of it; default: the shipped one. / 规则库。" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _ticks, _offset, _actions, _accounts, _margin, _currency, _rates, _ruleBook })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Returns what was asked with these options filled in.</summary>
    public BacktestOptions Fill(ParseResult result, BacktestOptions asked) => asked with
    {
        Ticks = result.GetValue(_ticks),
        UtcOffsetMinutes = result.GetValue(_offset),
        ActionsFile = result.GetValue(_actions),
        Accounts = result.GetValue(_accounts),
        Margin = result.GetValue(_margin),
        BaseCurrency = result.GetRequiredValue(_currency),
        ExchangeRates = result.GetValue(_rates),
        RuleBook = result.GetValue(_ruleBook),
    };
}
