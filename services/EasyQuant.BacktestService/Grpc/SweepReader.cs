using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Storage;
using EasyQuant.BacktestService.Work;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Engine;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SweepAxis = EasyQuant.Contracts.Backtest.V1.SweepAxis;
using SweepPlan = EasyQuant.BacktestService.Work.SweepPlan;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Turns the wire form of a sweep into checked values. Reports all faults at once.</summary>
internal static class SweepReader
{
    private const string Fraction = "fraction";

    /// <summary>Most trials of a sweep.</summary>
    public const int TrialsMax = 100_000;

    private const int AxesMax = 10;
    private const int ValuesMax = 10_000;
    private const double BoundMax = 1e15;
    private const double StepMin = 1e-9;

    /// <summary>Checks a sweep whose defaults are filled in.</summary>
    /// <exception cref="ServiceDefaults.Errors.RpcError">InvalidArgument with the reason of the first fault and all fields.</exception>
    public static CheckedSweep Read(SweepSpec spec, SpecParts parts)
    {
        var fields = new SpecFields();
        var axes = new List<CheckedAxis>();
        if (spec.Axes.Count is 0 or > AxesMax)
        {
            fields.Add(spec.Axes.Count == 0 ? "SWEEP_EMPTY" : "SWEEP_TOO_LARGE", "axes", $"A sweep has 1 to {AxesMax} axes, got {spec.Axes.Count}.");
        }

        for (int i = 0; i < Math.Min(spec.Axes.Count, AxesMax); i++)
        {
            ReadAxis(spec, i, axes, fields);
        }

        CheckedSpec check = ReadBase(spec, parts, axes, fields);
        long size = SweepPlan.GridSize(axes);
        if (spec.RandomCount is < 0 or > TrialsMax)
        {
            fields.Add("COUNT_OUT_OF_RANGE", "random_count", $"random_count must be 0 to {TrialsMax}, was {spec.RandomCount}.");
        }
        else if (spec.RandomCount == 0 && size > TrialsMax)
        {
            fields.Add("SWEEP_TOO_LARGE", "axes", $"The grid has {size} trials, at most {TrialsMax} are run; thin the axes out or set random_count.");
        }

        SweepSearch search = SearchOf(spec, fields);
        return fields.Errors.Count == 0
            ? new CheckedSweep(check, axes, spec.RandomCount, spec.RandomSeed, search)
            : throw SpecReader.Refuse(fields.Errors, "spec.");
    }

    private static SweepSearch SearchOf(SweepSpec spec, SpecFields fields)
    {
        (int Factor, int DaysMin)? halving = null;
        if (spec.Halving is { } asked)
        {
            halving = (asked.Factor == 0 ? 3 : asked.Factor, asked.DayCountMin == 0 ? 60 : asked.DayCountMin);
            Check(halving.Value.Factor is >= 2 and <= 10, "halving.factor", "2 to 10", asked.Factor);
            Check(halving.Value.DaysMin >= 1, "halving.day_count_min", "at least 1", asked.DayCountMin);
        }

        WalkForwardPlan? windows = null;
        if (spec.WalkForward is { } walk)
        {
            windows = new WalkForwardPlan(walk.InSampleDayCount, walk.OutOfSampleDayCount, walk.Anchored);
            Check(windows.InSampleDays >= 2, "walk_forward.in_sample_day_count", "at least 2", walk.InSampleDayCount);
            Check(windows.OutOfSampleDays >= 1, "walk_forward.out_of_sample_day_count", "at least 1", walk.OutOfSampleDayCount);
        }

        if (spec.PerSymbol && (halving is not null || windows is not null || spec.Backtest.Source is not null))
        {
            fields.Add("FIELD_CONFLICT", "per_symbol", "per_symbol excludes halving, walk_forward and a source.");
        }
        else if (spec.PerSymbol && !Engine.ShippedSignal.Names.Contains(spec.Backtest.Strategy))
        {
            fields.Add(
                "NOT_SUPPORTED",
                "per_symbol",
                $"per_symbol needs a strategy with a signal form ({string.Join(", ", Engine.ShippedSignal.Names)}), {spec.Backtest.Strategy} has none.");
        }

        if (spec.PerSymbol && (spec.Axes.Any(axis => axis.Parameter == Fraction) || spec.Backtest.Parameters?.Fields.ContainsKey(Fraction) == true))
        {
            fields.Add("FIELD_CONFLICT", "per_symbol", "per_symbol buys lots; fraction is a share of one account, which symbols that run alone do not have. Give lots.");
        }

        Engine.SweepObjective objective = spec.Objective switch
        {
            Contracts.Backtest.V1.SweepObjective.Sharpe => Engine.SweepObjective.Sharpe,
            Contracts.Backtest.V1.SweepObjective.ReturnOverDrawdown => Engine.SweepObjective.ReturnOverDrawdown,
            _ => Engine.SweepObjective.TotalReturn,
        };
        return new SweepSearch(objective, halving, windows, spec.PerSymbol);

        void Check(bool isGood, string field, string rule, int got)
        {
            if (!isGood)
            {
                fields.Add("COUNT_OUT_OF_RANGE", field, $"{field} must be {rule}, was {got}.");
            }
        }
    }

    private static CheckedSpec ReadBase(SweepSpec spec, SpecParts parts, List<CheckedAxis> axes, SpecFields fields)
    {
        // The first value of each axis stands in for all, so that parameters without a default are there. Pairs that a strategy refuses
        // (fast not below slow) are trials that fail, not faults of the sweep.
        BacktestSpec first = spec.Backtest.Clone();
        var values = (JsonObject)JsonNode.Parse(first.Parameters.ToString())!;
        foreach (CheckedAxis axis in axes)
        {
            values[axis.Parameter] = axis.Values[0].DeepClone();
        }

        first.Parameters = Struct.Parser.ParseJson(values.ToJsonString());
        var inner = new SpecFields();
        CheckedSpec check = SpecReader.Read(first, parts, inner);
        fields.Errors.AddRange(inner.Errors
            .Where(error => error.Reason is not "PARAMETER_OUT_OF_RANGE" || !error.Field.StartsWith("parameters.", StringComparison.Ordinal)
                || !axes.Any(axis => error.Field == "parameters." + axis.Parameter))
            .Select(error => error with { Field = "backtest." + error.Field }));
        CheckValues(spec, parts.Source, axes, fields);
        return check with { Parameters = (JsonObject)JsonNode.Parse(spec.Backtest.Parameters.ToString())! };
    }

    private static void CheckValues(SweepSpec spec, SourceRecord? source, List<CheckedAxis> axes, SpecFields fields)
    {
        StrategyDefinition? shipped = StrategyCatalog.Definitions.FirstOrDefault(one => one.Name == spec.Backtest.Strategy);
        for (int i = 0; i < axes.Count; i++)
        {
            StrategyParameter? parameter = source is null ? shipped?.Parameters.FirstOrDefault(one => one.Name == axes[i].Parameter) : null;
            for (int j = 0; parameter is not null && j < axes[i].Values.Count && fields.Errors.Count < 100; j++)
            {
                if (axes[i].Values[j] is JsonValue value && value.TryGetValue(out double number) && (number < parameter.Minimum || number > parameter.Maximum))
                {
                    fields.Add(
                        "PARAMETER_OUT_OF_RANGE",
                        $"axes[{i}].values[{j}]",
                        $"{parameter.Name} must be {parameter.Minimum} to {parameter.Maximum}, was {axes[i].Values[j].ToJsonString()}.");
                }
            }
        }
    }

    private static void ReadAxis(SweepSpec spec, int index, List<CheckedAxis> axes, SpecFields fields)
    {
        SweepAxis axis = spec.Axes[index];
        string at = $"axes[{index}]";
        bool hasRange = axis.RangeStep != 0;
        if (axis.Parameter.Length == 0 || axes.Any(one => one.Parameter == axis.Parameter))
        {
            fields.Add("NAME_INVALID", $"{at}.parameter", $"{at}.parameter must name a parameter that no other axis has, was \"{axis.Parameter}\".");
            return;
        }

        if (hasRange == (axis.Values.Count > 0))
        {
            fields.Add("FIELD_REQUIRED", $"{at}.values", $"{at} needs either values or a range with a step above 0.");
            return;
        }

        IReadOnlyList<JsonNode>? values = hasRange ? ReadRange(axis) : [.. axis.Values.Select(ToJson).OfType<JsonNode>()];
        if (values is null || values.Count is 0 or > ValuesMax)
        {
            fields.Add("RANGE_INVALID", at, $"{at} must have 1 to {ValuesMax} values; a range needs bounds up to 1e15, a step of at least 1e-9 and an end that is not before its start.");
            return;
        }

        axes.Add(new CheckedAxis(axis.Parameter, values));
    }

    private static List<JsonNode>? ReadRange(SweepAxis axis)
    {
        double steps = (axis.RangeEnd - axis.RangeStart) / axis.RangeStep;
        bool isInRange = Math.Abs(axis.RangeStart) <= BoundMax && Math.Abs(axis.RangeEnd) <= BoundMax && axis.RangeStep is >= StepMin and <= BoundMax;
        if (!isInRange || !(steps is >= 0 and < ValuesMax))
        {
            return null;
        }

        // Decimal steps: 0.1 + 0.2 is 0.3 here, as in the caller's head.
        List<JsonNode> values = [];
        decimal step = (decimal)axis.RangeStep;
        decimal end = (decimal)axis.RangeEnd;
        for (decimal value = (decimal)axis.RangeStart; value <= end; value += step)
        {
            values.Add(JsonNode.Parse(value.ToString("0.############################", System.Globalization.CultureInfo.InvariantCulture))!);
        }

        return values;
    }

    private static JsonNode? ToJson(Value value) => value.KindCase is Value.KindOneofCase.NumberValue or Value.KindOneofCase.BoolValue or Value.KindOneofCase.StringValue
        ? JsonNode.Parse(JsonFormatter.Default.Format(value))
        : null;
}
