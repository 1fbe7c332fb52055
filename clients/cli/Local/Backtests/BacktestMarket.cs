using System.Collections.Immutable;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.Nodes.Trading;

namespace EasyQuant.Cli.Local.Backtests;

/// <summary>Makes the market of a local backtest of files: bars of days or minutes, or ticks; corporate actions; exchange rates.</summary>
internal static class BacktestMarket
{
    private const string DefaultTickInterval = "1m";
    private const string Dataset = "files";

    /// <summary>Reads the files.</summary>
    /// <param name="options">Which files.</param>
    /// <param name="cancellationToken">Ends the copy of bars within the day.</param>
    /// <exception cref="FormatException">Neither or both of bars and ticks, or an option that cannot be read.</exception>
    /// <exception cref="Flow.NodeException">Exchange rates that cannot be read.</exception>
    public static MarketPanel Read(BacktestOptions options, CancellationToken cancellationToken)
    {
        MarketPanel panel = (options.Files.Count, options.Ticks) switch
        {
            (0, null) => throw new FormatException("Name files of bars, or --ticks with a file of ticks."),
            ( > 0, not null) => throw new FormatException("--ticks excludes files of bars: the bars are made of the ticks."),
            (_, { } ticks) => OfTicks(ticks, options.UtcOffsetMinutes),
            _ => OfBars(options.Files, cancellationToken),
        };
        panel = options.ActionsFile is { } actions ? panel.WithActions(Actions(actions, panel)) : panel;
        return options.ExchangeRates is { } rates ? panel.WithRates(BacktestTerms.Rates(JsonOption.Read("--exchange-rates", rates), panel.Calendar)) : panel;
    }

    private static MarketPanel OfBars(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        List<ImportResult> results = [.. files.Select(file => BarImport.Read(
            Path.GetFullPath(file), new LocalFiles(), new ImportOptions { FindZone = TimeZoneInfo.FindSystemTimeZoneById }))];
        int[] minutes = [.. results.Select(one => one.Report.IntervalMinutes).Distinct()];
        Table bars = ImportMerge.Tables([.. results.Select(one => one.Table)]);
        if (minutes.Length > 1)
        {
            throw new FormatException($"The files hold bars of {string.Join(" and ", minutes.Order())} minutes (0: days); backtest one interval at a time.");
        }

        if (minutes[0] == 0)
        {
            return DailyPanelReader.Read(bars);
        }

        PanelDraft draft = PanelBuilder.Create(bars, new PanelOptions { Dataset = Dataset, Interval = PanelInterval.OfMinutes(minutes[0]) }, 1);
        return MarketPanelOpener.Open(BarPanel.Open(new MemoryPanelFiles(draft, cancellationToken)));
    }

    private static MarketPanel OfTicks(string text, int utcOffsetMinutes)
    {
        if (utcOffsetMinutes is < -720 or > 840)
        {
            throw new FormatException($"--utc-offset-minutes must be -720 to 840, was {utcOffsetMinutes}.");
        }

        // FILE[/INTERVAL]: a path may hold slashes, an interval never does.
        int slash = text.LastIndexOf('/');
        bool isNamed = slash > 0 && !File.Exists(text);
        string file = isNamed ? text[..slash] : text;
        if (!PanelInterval.TryParse(isNamed ? text[(slash + 1)..] : DefaultTickInterval, out PanelInterval interval))
        {
            throw new FormatException($"--ticks must be FILE[/INTERVAL] with a file that is there and 1d, 1m to 720m or 1h to 12h, was '{text}'.");
        }

        var offset = TimeSpan.FromMinutes(utcOffsetMinutes);
        return TickMarket.FromTable(TickImport.Read(Path.GetFullPath(file), new LocalFiles(), offset), interval, offset);
    }

    private static ImmutableArray<CorporateAction> Actions(string file, MarketPanel panel)
    {
        using FileStream stream = File.OpenRead(file);
        return CorporateActionTable.Read(Table.Concat([.. TableParts.Read(stream)]), panel.Series[0].Instrument.PriceScale);
    }

    private sealed class LocalFiles : IImportFiles
    {
        public Stream? OpenRead(string path) => File.Exists(path) ? File.OpenRead(path) : null;
    }
}
