using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using StatusCode = global::Grpc.Core.StatusCode;
using SandboxFaultPolicy = EasyQuant.BacktestSandbox.Plans.FaultPolicy;
using RuleBook = EasyQuant.Domain.RuleBook;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Turns the wire form of a spec into checked values and back into its canonical form. Reports all faults at once.</summary>
internal static class SpecReader
{
    private const string DefaultTable = "daily_bars";

    /// <summary>Fills defaults in, in place, so that what is stored says everything.</summary>
    public static void FillDefaults(BacktestSpec spec)
    {
        spec.Table = spec.Table.Length == 0 && spec.Panel is null && spec.Ticks is null ? DefaultTable : spec.Table;
        if (spec.Panel is { Interval.Length: 0 })
        {
            spec.Panel.Interval = "1d";
        }

        if (spec.Ticks is { } ticks)
        {
            ticks.Interval = ticks.Interval.Length == 0 ? "1m" : ticks.Interval;
            ticks.UtcOffsetMinutes = ticks.HasUtcOffsetMinutes ? ticks.UtcOffsetMinutes : SpecData.UtcOffsetDefault;
        }

        spec.Cash = spec.Cash.Length == 0 ? "1000000" : spec.Cash;
        spec.CommissionRate = spec.CommissionRate.Length == 0 ? "0.0003" : spec.CommissionRate;
        spec.CommissionMin = spec.CommissionMin.Length == 0 ? "5" : spec.CommissionMin;
        spec.Family = spec.Family.Length == 0 ? spec.Strategy : spec.Family;
        spec.RuleBook = spec.RuleBook.Length == 0 ? RuleBook.China.Version : spec.RuleBook;
        spec.Parameters ??= new Struct();
    }

    /// <summary>Checks a spec whose defaults are filled in.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="parts">What it names.</param>
    /// <exception cref="RpcError">InvalidArgument with the reason of the first fault and all fields.</exception>
    public static CheckedSpec Read(BacktestSpec spec, SpecParts parts)
    {
        var fields = new SpecFields();
        CheckedSpec check = Read(spec, parts, fields);
        return fields.Errors.Count == 0 ? check : throw Refuse(fields.Errors, "spec.");
    }

    /// <summary>Checks a spec and adds its faults to those of a larger message.</summary>
    public static CheckedSpec Read(BacktestSpec spec, SpecParts parts, SpecFields fields)
    {
        CheckNames(spec, parts, fields);
        JsonObject parameters = Parameters(spec, parts.Source, fields);
        BacktestSettings settings = SpecSettings.Read(spec, fields);
        if (settings.EndDate < settings.StartDate)
        {
            fields.Add("PERIOD_EMPTY", "end_date", $"end_date must not be before start_date ({spec.StartDate}), was {spec.EndDate}.");
        }

        return new CheckedSpec(
            spec.Strategy,
            spec.Family,
            parts.Source,
            parameters,
            SpecData.Read(spec, settings, fields),
            settings,
            parts.Rules ?? RuleBookRecord.China,
            spec.FaultPolicy == Contracts.Backtest.V1.FaultPolicy.Continue ? SandboxFaultPolicy.Continue : SandboxFaultPolicy.Stop,
            spec.MissingBars == MissingBars.Refuse);
    }

    /// <summary>Makes the refusal of a message.</summary>
    /// <param name="errors">At least one fault.</param>
    /// <param name="prefix">Path of the fields' message, with a dot at its end.</param>
    public static RpcError Refuse(IReadOnlyList<ParameterError> errors, string prefix) => new(
        StatusCode.InvalidArgument,
        errors[0].Reason,
        string.Join(" ", errors.Take(10).Select(error => error.Message)),
        violations: [.. errors.Select(error => new FieldViolation(prefix + error.Field, error.Message))]);

    private static void CheckNames(BacktestSpec spec, SpecParts parts, SpecFields fields)
    {
        if (parts.Source is not null && (spec.Strategy.Length is 0 or > 63 || spec.Strategy.Any(char.IsControl)))
        {
            fields.Add("NAME_INVALID", "strategy", $"strategy must be a name of 1 to 63 characters, was \"{spec.Strategy}\".");
        }

        if (spec.Strategy.Length > 0 && (string.IsNullOrWhiteSpace(spec.Family) || spec.Family.Length > Engine.Trial.FamilyLengthMax))
        {
            fields.Add("NAME_INVALID", "family", $"family must have 1 to {Engine.Trial.FamilyLengthMax} characters, was \"{spec.Family}\".");
        }

        if (parts.Rules is null)
        {
            fields.Add("RULE_BOOK_NOT_FOUND", "rule_book", $"rule_book must be {RuleBook.China.Version} or one that the project added, was \"{spec.RuleBook}\".");
        }
    }

    private static JsonObject Parameters(BacktestSpec spec, SourceRecord? source, SpecFields fields)
    {
        var given = (JsonObject)JsonNode.Parse(spec.Parameters.ToString())!;
        try
        {
            return source is null ? StrategyCatalog.Bind(spec.Strategy, given).Parameters : ParameterValues.Fill(source.Parameters, given);
        }
        catch (BacktestParameterException e)
        {
            fields.Errors.AddRange(e.Errors.Select(error => error with
            {
                Field = error.Reason == "STRATEGY_NOT_FOUND" ? "strategy" : "parameters." + error.Field,
            }));
            return [];
        }
    }
}
