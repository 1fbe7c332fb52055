using System.CommandLine;
using System.Globalization;
using EasyQuant.Contracts.Backtest.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Cli.Remote;

/// <summary>Options that describe a backtest: the common ones by name, all others in a file.</summary>
public sealed class BacktestSpecOptions
{
    private readonly Option<string?> _file = new("--spec") { Description = "File with a BacktestSpec as JSON; the other options change it. / 回测规格 JSON 文件。" };
    private readonly Option<string?> _parameters = new("--parameters") { Description = "Parameters as a JSON object." };
    private readonly Option<string?> _source = new("--source") { Description = "File with the C# source of the strategy." };
    private readonly Option<string?> _table = new("--table") { Description = "Table of daily bars; default daily_bars." };
    private readonly Option<string?> _panel = new("--panel") { Description = "Bar panel on disk as DATASET[/INTERVAL[/VERSION]], for example cn/1m. / 磁盘行情面板。" };
    private readonly Option<string?> _ticks = new("--ticks") { Description = "Table of ticks as TABLE[/INTERVAL], for example ticks/1m. / 逐笔数据表。" };
    private readonly Option<int?> _offset = new("--utc-offset-minutes") { Description = "Local time of the exchange less UTC, for ticks; default 480. / 时区偏移（分钟）。" };
    private readonly Option<string?> _adjustment = new("--adjustment") { Description = "Prices of a panel: none, forward or backward. / 复权方式。" };
    private readonly Option<string[]> _symbols = new("--symbol") { Description = "A symbol; repeat for more. Default: all.", DefaultValueFactory = _ => [] };
    private readonly Option<string?> _from = new("--from", "--start") { Description = "First trading date, ISO, included." };
    private readonly Option<string?> _to = new("--to", "--end") { Description = "Last trading date, ISO, included." };
    private readonly Option<string?> _ruleBook = new("--rule-book") { Description = "Version of the rule book. / 规则库版本。" };

    private readonly Option<int?> _heartbeat = new("--heartbeat-minutes") { Description = "Minutes between two heartbeats, 1 to 1440; 0: one a day. / 心跳间隔（分钟）。" };
    private readonly Option<int?> _warmUp = new("--warm-up-days") { Description = "Trading days before --from, and before every window of a walk-forward, that the strategy sees without trading. / 预热天数。" };
    private readonly Option<bool?> _auctions = new("--auction-rows-only") { Description = "Only rows of the call auctions stand for auctions. / 仅认集合竞价行。" };

    private readonly AccountOptions _accounts = new();

    /// <summary>Creates the options.</summary>
    public BacktestSpecOptions() => _adjustment.AcceptOnlyFromAmong("none", "forward", "backward");

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        foreach (System.CommandLine.Option option in new System.CommandLine.Option[] { _file, _parameters, _source, _table, _panel, _ticks, _offset, _adjustment, _symbols, _from, _to, _ruleBook, _heartbeat, _warmUp, _auctions })
        {
            command.Options.Add(option);
        }

        _accounts.AddTo(command);
    }

    /// <summary>Reads the options.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="strategy">Name of the strategy; null takes that of the file.</param>
    /// <param name="cancellationToken">Ends the reading of files.</param>
    /// <returns>The spec.</returns>
    /// <exception cref="FormatException">An option or a file cannot be read; the message names it.</exception>
    public async Task<BacktestSpec> ReadAsync(ParseResult result, string? strategy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(result);
        BacktestSpec spec = result.GetValue(_file) is { } file
            ? BacktestSpec.Parser.ParseJson(await TextAsync(file, "--spec", cancellationToken))
            : new BacktestSpec();
        spec.Strategy = strategy ?? spec.Strategy;
        if (result.GetValue(_parameters) is { } parameters)
        {
            spec.Parameters = Parse("--parameters", () => Struct.Parser.ParseJson(parameters));
        }

        if (result.GetValue(_source) is { } source)
        {
            spec.Source = new StrategySource { Text = await TextAsync(source, "--source", cancellationToken) };
        }

        if (result.GetValue(_panel) is { } panel)
        {
            (spec.Table, spec.Panel) = ("", PanelOf(panel));
        }

        if (result.GetValue(_ticks) is { } ticks)
        {
            string[] parts = ticks.Split('/');
            spec.Ticks = parts.Length <= 2 ? new TickData { Table = parts[0], Interval = parts.Length > 1 ? parts[1] : "" } : throw new FormatException($"--ticks must be TABLE[/INTERVAL], was '{ticks}'.");
        }

        if (result.GetValue(_offset) is { } offset)
        {
            spec.Ticks ??= new TickData();
            spec.Ticks.UtcOffsetMinutes = offset;
        }

        if (result.GetValue(_adjustment) is { } adjustment)
        {
            spec.Panel ??= new PanelData();
            spec.Panel.Adjustment = adjustment switch
            {
                "forward" => PriceAdjustment.Forward,
                "backward" => PriceAdjustment.Backward,
                _ => PriceAdjustment.Unspecified,
            };
        }

        spec.Symbols.AddRange(result.GetRequiredValue(_symbols));
        spec.Table = result.GetValue(_table) ?? spec.Table;
        spec.StartDate = result.GetValue(_from) ?? spec.StartDate;
        spec.EndDate = result.GetValue(_to) ?? spec.EndDate;
        spec.RuleBook = result.GetValue(_ruleBook) ?? spec.RuleBook;
        spec.HeartbeatMinutes = result.GetValue(_heartbeat) ?? spec.HeartbeatMinutes;
        spec.WarmUpDays = result.GetValue(_warmUp) ?? spec.WarmUpDays;
        spec.AuctionRowsOnly = result.GetValue(_auctions) ?? spec.AuctionRowsOnly;
        _accounts.Fill(result, spec);
        return spec;
    }

    /// <summary>Reads a file of text, or says which option names one that cannot be read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The option.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The text.</returns>
    /// <exception cref="FormatException">The file cannot be read.</exception>
    public static async Task<string> TextAsync(string path, string option, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"{option} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Parses JSON, or says which option holds what is none.</summary>
    /// <typeparam name="T">What it becomes.</typeparam>
    /// <param name="option">The option.</param>
    /// <param name="parse">Parses.</param>
    /// <returns>The value.</returns>
    /// <exception cref="FormatException">It is no such JSON.</exception>
    public static T Parse<T>(string option, Func<T> parse)
    {
        ArgumentNullException.ThrowIfNull(parse);
        try
        {
            return parse();
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new FormatException($"{option} cannot be read: {e.Message}", e);
        }
    }

    private static PanelData PanelOf(string text)
    {
        string[] parts = text.Split('/');
        long version = 0;
        bool isGood = parts.Length is >= 1 and <= 3 && (parts.Length < 3 || long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out version));
        return isGood
            ? new PanelData { Dataset = parts[0], Interval = parts.Length > 1 ? parts[1] : "", Version = version }
            : throw new FormatException($"--panel must be DATASET[/INTERVAL[/VERSION]], was '{text}'.");
    }
}
