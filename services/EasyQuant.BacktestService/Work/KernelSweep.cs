using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.ServiceDefaults.Errors;
using StatusCode = global::Grpc.Core.StatusCode;

namespace EasyQuant.BacktestService.Work;

/// <summary>
/// A sweep of a signal strategy per symbol in the sweep kernel: indicators, fees and rules of a symbol are computed once for all combinations, on all
/// processors. It is computed as a whole: after a kill the next service starts it again, and the same result comes out.
/// </summary>
internal static class KernelSweep
{
    /// <summary>Name of the result table.</summary>
    public const string Lanes = "lanes";

    private const int LanesMax = 2_000_000;
    private const int SharesALot = 100;
    private const int LotsDefault = 10;

    /// <summary>Computes a sweep.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="combinations">Parameters of every combination.</param>
    /// <param name="panel">The market.</param>
    /// <param name="count">Gives a combination its place in the ledger.</param>
    /// <param name="progress">Told the share of the work done, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the computation.</param>
    /// <returns>The result table in pieces, and a trial a combination that sums up all symbols.</returns>
    /// <exception cref="RpcError">SWEEP_TOO_LARGE.</exception>
    public static (IReadOnlyList<ResultChunk> Chunks, IReadOnlyList<EndedTrial> Trials) Compute(
        CheckedSweep sweep,
        IReadOnlyList<JsonObject> combinations,
        MarketPanel panel,
        Func<Trial, CountedTrial?> count,
        Action<double> progress,
        CancellationToken cancellationToken)
    {
        if ((long)combinations.Count * panel.Series.Length > LanesMax)
        {
            throw new RpcError(
                StatusCode.InvalidArgument,
                "SWEEP_TOO_LARGE",
                $"A sweep per symbol has at most {LanesMax} pairs of symbol and combination, this one has {(long)combinations.Count * panel.Series.Length}.");
        }

        List<(int Trial, JsonObject Parameters)> good = [];
        List<EndedTrial> trials = [];
        ImmutableArray<ShippedSignal>.Builder signals = ImmutableArray.CreateBuilder<ShippedSignal>();
        for (int trial = 0; trial < combinations.Count; trial++)
        {
            try
            {
                JsonObject bound = StrategyCatalog.Bind(sweep.Base.Strategy, (JsonObject)combinations[trial].DeepClone()).Parameters;
                long size = SharesALot * (bound["lots"] is { } lots ? (long)lots : LotsDefault);
                signals.Add(ShippedSignal.Of(sweep.Base.Strategy, (JsonObject)bound.DeepClone(), size));
                good.Add((trial, bound));
            }
            catch (BacktestParameterException e)
            {
                trials.Add(new EndedTrial(trial, combinations[trial].ToJsonString(), null, e.Errors[0].Reason, e.Message, null));
            }
        }

        if (good.Count == 0)
        {
            return (ResultChunk.Cut(Lanes, TableOf(sweep.Base.Strategy, panel, [], null)).ToList(), trials);
        }

        SignalSweepResult result = SignalSweep.Run(
            panel, signals.ToImmutable(), sweep.Base.Settings, sweep.Base.Rules.Book, Environment.ProcessorCount, (done, total) => progress((double)done / total), cancellationToken);
        trials.AddRange(good.Select((one, position) =>
            Sum(one.Trial, one.Parameters, position, result, sweep.Base.Settings) with { Counted = count(Counted(sweep.Base, panel, one.Parameters)) }));
        return ([.. ResultChunk.Cut(Lanes, TableOf(sweep.Base.Strategy, panel, good, result))], [.. trials.OrderBy(one => one.Trial)]);
    }

    private static EndedTrial Sum(int trial, JsonObject parameters, int position, SignalSweepResult result, BacktestSettings settings)
    {
        LaneResult[] lanes = [.. Enumerable.Range(0, result.InstrumentCount).Select(instrument => result[instrument, position])];
        Int128 equity = 0;
        foreach (LaneResult lane in lanes)
        {
            equity += lane.Equity.Units;
        }

        Int128 cash = (Int128)settings.InitialCash.Units * lanes.Length;
        var metrics = new JsonObject
        {
            ["final_equity"] = ((decimal)equity / (decimal)Math.Pow(10, Money.Scale)).ToString(CultureInfo.InvariantCulture),
            ["total_return"] = ((double)equity / (double)cash) - 1,
            ["order_count"] = lanes.Sum(lane => (long)lane.OrderCount),
            ["fill_count"] = lanes.Sum(lane => (long)lane.FillCount),
            ["win_count"] = lanes.Sum(lane => (long)lane.WinCount),
            ["symbol_count"] = lanes.Length,
        };
        return new EndedTrial(trial, parameters.ToJsonString(), metrics.ToJsonString(), null, null, null);
    }

    // The kernel keeps no daily equity, so a combination counts as a try and has no Sharpe ratio. It is another try than the portfolio of the same parameters.
    private static Trial Counted(CheckedSpec spec, MarketPanel panel, JsonObject parameters)
    {
        var manifest = new BacktestManifest(FastEngine.Version, spec.Rules.Book.Version, panel.ContentSha256, spec.Strategy, parameters, spec.Settings);
        DateOnly start = spec.Settings.StartDate ?? DateOnly.MinValue;
        DateOnly end = spec.Settings.EndDate ?? DateOnly.MaxValue;
        return new Trial(
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("per_symbol " + Trial.KeyOf(manifest)))),
            spec.Family,
            manifest.DataSha256,
            panel.Calendar.Days.First(day => day >= start),
            panel.Calendar.Days.Last(day => day <= end),
            SharpeSample.Of([]),
            parameters.ToJsonString());
    }

    // As of SignalSweepResult.ToTable, with the number of the trial and its parameters.
    private static Table TableOf(
        string strategy, MarketPanel panel, IReadOnlyList<(int Trial, JsonObject Parameters)> good, SignalSweepResult? result)
    {
        string[] symbols = [.. panel.Series.Select(series => series.Instrument.Symbol.ToString())];
        LaneResult[] lanes = result is null ? [] : [.. result.Lanes];
        int count = Math.Max(1, good.Count);
        return new Table(
        [
            StringColumn.Create("symbol", [.. Enumerable.Range(0, lanes.Length).Select(i => symbols[i / count])]),
            Whole("combination", i => good[i % count].Trial),
            .. StrategyCatalog.Definitions.First(one => one.Name == strategy).Parameters.Where(one => one.Default is not null).Select(Parameter),
            DecimalColumn.Create("equity", Money.Scale, lanes.Select(lane => lane.Equity.Units).ToArray()),
            DecimalColumn.Create("cash", Money.Scale, lanes.Select(lane => lane.Cash.Units).ToArray()),
            Whole("order_count", i => lanes[i].OrderCount),
            Whole("fill_count", i => lanes[i].FillCount),
            Whole("win_count", i => lanes[i].WinCount),
            BoolColumn.Create("by_engine", lanes.Select(lane => lane.IsByEngine).ToArray()),
        ]);

        Column Parameter(StrategyParameter one) => one.IsInteger
            ? Whole(one.Name, i => (long)good[i % count].Parameters[one.Name]!)
            : Float64Column.Create(one.Name, Enumerable.Range(0, lanes.Length).Select(i => (double)good[i % count].Parameters[one.Name]!).ToArray());

        Int64Column Whole(string name, Func<int, long> value) => Int64Column.Create(name, Enumerable.Range(0, lanes.Length).Select(value).ToArray());
    }
}
