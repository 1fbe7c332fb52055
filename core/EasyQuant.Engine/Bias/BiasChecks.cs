using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Tries to take a backtest apart: truncated history, warm-up, one-day delay, doubled costs, shuffled signals. Each check re-runs the reference
/// engine and ends in a verdict with its figures. Pure: the same subject and seed give the same report. Thread-safe.
/// </summary>
public static class BiasChecks
{
    /// <summary>Checks a shipped strategy.</summary>
    /// <param name="panel">The market.</param>
    /// <param name="strategy">Name of a shipped strategy, see <see cref="StrategyCatalog"/>.</param>
    /// <param name="parameters">Its parameters; missing ones take their defaults.</param>
    /// <param name="settings">Cash, costs, rules, period.</param>
    /// <param name="options">Seed and counts.</param>
    /// <param name="progress">Told the runs done and the runs in all; null for none.</param>
    /// <param name="cancellationToken">Looked at in every run.</param>
    /// <exception cref="BacktestParameterException">Strategy, parameters, settings or options are unusable; lists all errors.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static BiasReport Run(
        MarketPanel panel,
        string strategy,
        JsonObject parameters,
        BacktestSettings settings,
        BiasOptions options,
        Action<int, int>? progress,
        CancellationToken cancellationToken) => Run(panel, strategy, parameters, settings, RuleBook.China, options, progress, cancellationToken);

    /// <summary>Checks a shipped strategy under another rule book.</summary>
    /// <param name="panel">The market.</param>
    /// <param name="strategy">Name of a shipped strategy, see <see cref="StrategyCatalog"/>.</param>
    /// <param name="parameters">Its parameters; missing ones take their defaults.</param>
    /// <param name="settings">Cash, costs, rules, period.</param>
    /// <param name="rules">The rule book.</param>
    /// <param name="options">Seed and counts.</param>
    /// <param name="progress">Told the runs done and the runs in all; null for none.</param>
    /// <param name="cancellationToken">Looked at in every run.</param>
    /// <exception cref="BacktestParameterException">Strategy, parameters, settings or options are unusable; lists all errors.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static BiasReport Run(
        MarketPanel panel,
        string strategy,
        JsonObject parameters,
        BacktestSettings settings,
        RuleBook rules,
        BiasOptions options,
        Action<int, int>? progress,
        CancellationToken cancellationToken)
    {
        StrategyBinding binding = StrategyCatalog.Bind(strategy, parameters);
        BacktestManifest manifest = new(
            FastEngine.Version, rules.Version, panel.ContentSha256, strategy, binding.Parameters, settings);
        return Run(new BiasSubject(panel, _ => binding.Create(), settings, rules), Trial.KeyOf(manifest), options, progress, cancellationToken);
    }

    /// <summary>Checks any strategy.</summary>
    /// <param name="subject">Strategy, market, settings.</param>
    /// <param name="trialKey">Key of the backtest, as of <see cref="Trial"/>; part of the report.</param>
    /// <param name="options">Seed and counts.</param>
    /// <param name="progress">Told the runs done and the runs in all; null for none.</param>
    /// <param name="cancellationToken">Looked at in every run.</param>
    /// <exception cref="BacktestParameterException">Settings or options are unusable; lists all errors.</exception>
    /// <exception cref="BacktestException">The strategy failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static BiasReport Run(
        BiasSubject subject, string trialKey, BiasOptions options, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<ParameterError> errors = options.Validate();
        if (errors.Count > 0)
        {
            throw new BacktestParameterException(errors);
        }

        int done = 0;
        int total = 4 + options.CutCount + options.ShuffleCount + 1;
        void Step() => progress?.Invoke(++done, total);

        EngineRun run = subject.Run(cancellationToken);
        Step();
        BiasMeasure measure = BiasMeasure.Of(run, Initial(run));
        ImmutableArray<BiasVerdict> verdicts =
        [
            HistoryChecks.Truncated(subject, run, options.CutCount, Step, cancellationToken),
            HistoryChecks.WarmUp(subject, run, Step, cancellationToken),
            Delay(subject, run, measure, Step, cancellationToken),
            DoubledCosts(subject, measure, Step, cancellationToken),
            ShuffleCheck.Run(subject, run, options, Step, cancellationToken),
        ];
        return new BiasReport(trialKey, options.Seed, verdicts);
    }

    /// <summary>Equity before the first day.</summary>
    internal static Money Initial(EngineRun run) => run.InitialEquity;

    internal static string Text(double? number, string format) =>
        number is { } value ? value.ToString(format, CultureInfo.InvariantCulture) : "–";

    private static BiasVerdict Delay(
        BiasSubject subject, EngineRun run, BiasMeasure measure, Action step, CancellationToken cancellationToken)
    {
        // Every fill is repeated as a market order at the close of its own day: it happens one day later.
        ReplayStrategy.Step[] steps = [.. run.Fills.Select(fill => new ReplayStrategy.Step(
            fill.TradingDate, subject.Panel.IndexOf(fill.Symbol), fill.Side, fill.Quantity.Units, IsExit: fill.Side == OrderSide.Sell && subject.Settings.Margin is null))];
        EngineRun delayed = FastEngine.Run(subject.Panel, new ReplayStrategy(steps), subject.Settings, subject.Rules, null, cancellationToken);
        step();
        return Weakened(
            BiasCheck.Delay, "delayed", measure, BiasMeasure.Of(delayed, Initial(delayed)), "one day later", "延迟一个交易日");
    }

    private static BiasVerdict DoubledCosts(BiasSubject subject, BiasMeasure measure, Action step, CancellationToken cancellationToken)
    {
        BacktestSettings settings = subject.Settings;
        BiasSubject dear = subject with
        {
            Settings = settings with
            {
                CommissionPpm = Math.Min(1_000_000, settings.CommissionPpm * 2),
                CommissionMinimum = settings.CommissionMinimum + settings.CommissionMinimum,
                StampDutySellPpm = settings.StampDutySellPpm is { } stamp ? Math.Min(1_000_000, stamp * 2) : null,
                TransferFeePpm = settings.TransferFeePpm is { } transfer ? Math.Min(1_000_000, transfer * 2) : null,
                Slippage = settings.Slippage with { Value = Math.Min(settings.Slippage.ValueMax, settings.Slippage.Value * 2) },
            },
            Rules = new RuleBook(subject.Rules.Version + "+doubled-costs", [.. subject.Rules.Rules.Select(Doubled)]),
        };
        EngineRun run = dear.Run(cancellationToken);
        step();
        return Weakened(
            BiasCheck.DoubledCosts, "doubled", measure, BiasMeasure.Of(run, Initial(run)), "with doubled costs", "成本加倍后");
    }

    private static Rule Doubled(Rule rule) => rule switch
    {
        StampDutyRule stamp => stamp with { BuyPpm = stamp.BuyPpm * 2, SellPpm = stamp.SellPpm * 2 },
        TransferFeeRule transfer => transfer with { RatePpm = transfer.RatePpm * 2 },
        _ => rule,
    };

    /// <summary>A profit that turns into a loss fails; one that loses more than half of its Sharpe ratio is a warning.</summary>
    private static BiasVerdict Weakened(
        BiasCheck check, string name, BiasMeasure before, BiasMeasure after, string english, string chinese)
    {
        double? kept = before.Sharpe > 0 ? after.Sharpe / before.Sharpe : null;
        BiasOutcome outcome = before.TotalReturn <= 0 || kept is null ? BiasOutcome.NotApplicable
            : after.TotalReturn <= 0 ? BiasOutcome.Failed
            : kept < 0.5 ? BiasOutcome.Warned
            : BiasOutcome.Passed;
        string numbersEn = $"return {Text(before.TotalReturn, "P2")} became {Text(after.TotalReturn, "P2")}, Sharpe ratio {Text(before.Sharpe, "0.00")} became {Text(after.Sharpe, "0.00")}";
        string numbersZh = $"收益由 {Text(before.TotalReturn, "P2")} 变为 {Text(after.TotalReturn, "P2")}，夏普由 {Text(before.Sharpe, "0.00")} 变为 {Text(after.Sharpe, "0.00")}";
        return new BiasVerdict(
            check,
            outcome,
            [
                new("total_return", before.TotalReturn),
                new($"{name}_total_return", after.TotalReturn),
                new("sharpe", before.Sharpe),
                new($"{name}_sharpe", after.Sharpe),
                new("kept_share", kept),
            ],
            outcome == BiasOutcome.NotApplicable
                ? "There is no profit that could be lost."
                : $"{char.ToUpperInvariant(english[0])}{english[1..]} {numbersEn}.",
            outcome == BiasOutcome.NotApplicable ? "没有可失去的盈利。" : $"{chinese}，{numbersZh}。");
    }
}
