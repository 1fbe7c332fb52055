using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.Flow;
using EasyQuant.Nodes.Hosting;
using EasyQuant.Nodes.Trading;

namespace EasyQuant.Cli.Local.Backtests;

/// <summary>Reads the bars, runs the strategy, counts the trial, writes the result.</summary>
public static class BacktestRun
{
    /// <summary>Executes a backtest. What went wrong goes to standard error, the core figures to standard output.</summary>
    /// <param name="options">What to run.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>An exit code of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> ExecuteAsync(BacktestOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            MarketPanel panel = BacktestMarket.Read(options, cancellationToken);
            await RunAsync(options, panel, time, cancellationToken);
            return ExitCodes.Success;
        }
        catch (Exception e) when (e is BacktestParameterException or BarTableException or ImportException or CsvException or TdxException or PanelException or IOException
            or NodeException or UnauthorizedAccessException or FormatException or ArgumentException)
        {
            await Console.Error.WriteLineAsync("eq: " + e.Message);
            return ExitCodes.Usage;
        }
        catch (BacktestException e)
        {
            await Console.Error.WriteLineAsync("eq: " + e.Message);
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
    }

    private static async Task RunAsync(BacktestOptions options, MarketPanel panel, TimeProvider time, CancellationToken cancellationToken)
    {
        BacktestSettings settings = new()
        {
            InitialCash = Money.Parse(options.Cash), StartDate = options.StartDate, EndDate = options.EndDate, Seed = options.Seed,
            HeartbeatMinutes = options.HeartbeatMinutes, WarmUpDays = options.WarmUpDays,
            AuctionPolicy = options.IsAuctionRowsOnly ? AuctionPolicy.AuctionRows : AuctionPolicy.BarOfDay,
            BaseCurrency = options.BaseCurrency,
            Margin = BacktestTerms.Margin(Json("--margin", options.Margin)),
            Accounts = BacktestTerms.Accounts(Json("--accounts", options.Accounts)),
        };
        RuleBook rules = BacktestTerms.Rules(Json("--rule-book", options.RuleBook));
        JsonObject parameters = Parameters(options.Parameters);
        if (options.Benchmark is { } named)
        {
            // Nobody can buy an index: the strategy neither sees nor trades it.
            panel = BenchmarkUniverse.Of(panel, [Symbol.Parse(named)], ImmutableHashSet<Symbol>.Empty);
        }

        BacktestResult result = Backtester.Run(panel, options.Strategy, parameters, settings, rules, null, cancellationToken);
        PerformanceReport report = PerformanceReport.Of(
            result, panel, options.Benchmark is { } symbol ? BenchmarkSeries.Of(panel, Symbol.Parse(symbol)) : null, ReportOptions.Default);
        using FileTrialLedger ledger = new(options.LedgerFile, time);
        Trial trial = Trial.Of(result, options.Family);
        await ledger.AddAsync(trial, cancellationToken);
        TrialSummary trials = await ledger.SummarizeAsync(trial.Family, trial.FirstDate, trial.LastDate, cancellationToken);
        BiasReport? bias = options.ChecksBias
            ? BiasChecks.Run(panel, options.Strategy, parameters, settings, rules, BiasOptions.Default with { Seed = options.Seed }, null, cancellationToken)
            : null;
        StrategyDefinition definition = StrategyCatalog.Definitions.First(one => one.Name == options.Strategy);
        TearSheetContent content = new()
        {
            Title = new ChartText(definition.TitleEn, definition.TitleZh),
            Result = result,
            Report = report,
            PriceScale = panel.Series[0].Instrument.PriceScale,
            Quantities = new ResultQuantities(panel),
            Trials = TrialAssessment.Of(trial.Sample, trials),
            Bias = bias,
            IsChinese = options.IsChinese,
            IsRedUp = !options.IsGreenUp,
        };
        ResultFolder.Write(options.OutputFolder, content, panel);
        Print(content, options);
    }

    private static JsonNode? Json(string option, string? value) => value is null ? null : JsonOption.Read(option, value);

    private static JsonObject Parameters(IReadOnlyList<string> pairs)
    {
        JsonObject parameters = [];
        foreach (string pair in pairs)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            parameters[equals > 0 ? pair[..equals] : throw new FormatException($"--param must be name=value, was '{pair}'.")] = pair[(equals + 1)..];
        }

        return parameters;
    }

    private static void Print(TearSheetContent content, BacktestOptions options)
    {
        PortfolioStatistics s = content.Report.Portfolio;
        Line("total return / 总收益", s.TotalReturn.ToString("P2", CultureInfo.InvariantCulture));
        Line("annual growth / 年化收益", Text(s.Cagr, "P2"));
        Line("Sharpe ratio / 夏普比率", Text(s.Sharpe, "0.00"));
        Line("largest drawdown / 最大回撤", s.MaxDrawdown.ToString("P2", CultureInfo.InvariantCulture));
        Line("trades / 交易笔数", content.Report.Trades.TradeCount.ToString(CultureInfo.InvariantCulture));
        Line("fees / 费用", s.Fees.ToString());
        Line("trials / 试验次数", content.Trials!.TrialCount.ToString(CultureInfo.InvariantCulture));
        Line("deflated Sharpe ratio / 缩水夏普概率", Text(content.Trials.DeflatedSharpe, "P1"));
        foreach (BiasVerdict verdict in content.Bias?.Verdicts ?? [])
        {
            ChartText title = BiasNames.TitleOf(verdict.Check);
            Line($"{title.English} / {title.Chinese}", $"{BiasNames.TitleOf(verdict.Outcome).English}: {verdict.ReasonEn}");
        }

        Console.Out.WriteLine($"result: {Path.Combine(options.OutputFolder, "tear-sheet.html")}");

        static void Line(string name, string value) => Console.Out.WriteLine($"{name}: {value}");

        static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";
    }
}
