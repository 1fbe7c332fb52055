using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using StatusCode = global::Grpc.Core.StatusCode;
using EngineBenchmarkPart = EasyQuant.Engine.BenchmarkPart;
using EngineSlippageKind = EasyQuant.Engine.SlippageKind;
using SandboxFaultPolicy = EasyQuant.BacktestSandbox.Plans.FaultPolicy;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Turns the wire form of a spec into checked values and back into its canonical form. Reports all faults at once.</summary>
internal static class SpecReader
{
    private const int SymbolsMax = 5_000;
    private const int BenchmarkPartsMax = 20;
    private const int Million = 1_000_000;
    private const string DefaultTable = "daily_bars";

    /// <summary>Fills defaults in, in place, so that what is stored says everything.</summary>
    public static void FillDefaults(BacktestSpec spec)
    {
        spec.Table = spec.Table.Length == 0 ? DefaultTable : spec.Table;
        spec.Cash = spec.Cash.Length == 0 ? "1000000" : spec.Cash;
        spec.CommissionRate = spec.CommissionRate.Length == 0 ? "0.0003" : spec.CommissionRate;
        spec.CommissionMin = spec.CommissionMin.Length == 0 ? "5" : spec.CommissionMin;
        spec.Family = spec.Family.Length == 0 ? spec.Strategy : spec.Family;
        spec.RuleBook = spec.RuleBook.Length == 0 ? RuleBook.China.Version : spec.RuleBook;
        spec.Parameters ??= new Struct();
    }

    /// <summary>Reads a stored spec, which was checked when it was accepted.</summary>
    public static async Task<CheckedSpec> ReadStoredAsync(
        string json, string projectId, SourceStore sources, CancellationToken cancellationToken)
    {
        BacktestSpec spec = BacktestSpec.Parser.ParseJson(json);
        return Read(spec, await SourceOfAsync(spec, projectId, sources, cancellationToken));
    }

    /// <summary>Finds the compiled source that a stored spec names; null for a shipped strategy.</summary>
    public static async Task<SourceRecord?> SourceOfAsync(
        BacktestSpec spec, string projectId, SourceStore sources, CancellationToken cancellationToken) => spec.Source is null
        ? null
        : await sources.FindAsync(projectId, spec.Source.Sha256, cancellationToken)
            ?? throw RpcError.NotFound("SOURCE_NOT_FOUND", $"The project has no source with the hash \"{spec.Source.Sha256}\".");

    /// <summary>Checks a spec whose defaults are filled in.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="source">Its compiled source; null for a shipped strategy.</param>
    /// <exception cref="RpcError">InvalidArgument with the reason of the first fault and all fields.</exception>
    public static CheckedSpec Read(BacktestSpec spec, SourceRecord? source)
    {
        var fields = new SpecFields();
        CheckedSpec check = Read(spec, source, fields);
        return fields.Errors.Count == 0 ? check : throw Refuse(fields.Errors, "spec.");
    }

    /// <summary>Checks a spec and adds its faults to those of a larger message.</summary>
    public static CheckedSpec Read(BacktestSpec spec, SourceRecord? source, SpecFields fields)
    {
        CheckNames(spec, source, fields);
        JsonObject parameters = Parameters(spec, source, fields);
        string[] symbols = Symbols(spec, fields);
        BacktestSettings settings = Settings(spec, fields);
        if (settings.EndDate < settings.StartDate)
        {
            fields.Add("PERIOD_EMPTY", "end_date", $"end_date must not be before start_date ({spec.StartDate}), was {spec.EndDate}.");
        }

        string[] read = symbols.Length == 0 ? [] : [.. symbols.Concat(settings.Benchmark.Select(part => part.Symbol.ToString())).Distinct().Order(StringComparer.Ordinal)];
        var filter = new BarFilter(read, settings.StartDate ?? DateOnly.MinValue, settings.EndDate ?? DateOnly.MaxValue);
        return new CheckedSpec(
            spec.Strategy,
            spec.Family,
            source,
            parameters,
            spec.Table,
            filter,
            settings,
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

    private static void CheckNames(BacktestSpec spec, SourceRecord? source, SpecFields fields)
    {
        if (source is not null && (spec.Strategy.Length is 0 or > 63 || spec.Strategy.Any(char.IsControl)))
        {
            fields.Add("NAME_INVALID", "strategy", $"strategy must be a name of 1 to 63 characters, was \"{spec.Strategy}\".");
        }

        if (spec.Strategy.Length > 0 && (string.IsNullOrWhiteSpace(spec.Family) || spec.Family.Length > Engine.Trial.FamilyLengthMax))
        {
            fields.Add("NAME_INVALID", "family", $"family must have 1 to {Engine.Trial.FamilyLengthMax} characters, was \"{spec.Family}\".");
        }

        if (spec.RuleBook != RuleBook.China.Version)
        {
            fields.Add("RULE_BOOK_NOT_FOUND", "rule_book", $"rule_book must be {RuleBook.China.Version}, was \"{spec.RuleBook}\".");
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

    private static string[] Symbols(BacktestSpec spec, SpecFields fields)
    {
        if (spec.Symbols.Count > SymbolsMax)
        {
            fields.Add("LIMIT_EXCEEDED", "symbols", $"At most {SymbolsMax} symbols are allowed, got {spec.Symbols.Count}.");
            return [];
        }

        SortedSet<string> symbols = new(StringComparer.Ordinal);
        for (int i = 0; i < spec.Symbols.Count; i++)
        {
            if (fields.SymbolOf(spec.Symbols[i], $"symbols[{i}]") is { } symbol)
            {
                symbols.Add(symbol.ToString());
            }
        }

        return [.. symbols];
    }

    private static BacktestSettings Settings(BacktestSpec spec, SpecFields fields)
    {
        var settings = new BacktestSettings
        {
            InitialCash = fields.Amount(spec.Cash, "cash", mayBeZero: false),
            CommissionPpm = fields.Rate(spec.CommissionRate, "commission_rate", 0, 10_000) ?? 0,
            CommissionMinimum = fields.Amount(spec.CommissionMin, "commission_min", mayBeZero: true),
            StampDutySellPpm = fields.Rate(spec.StampDutyRate, "stamp_duty_rate", 0, Million),
            TransferFeePpm = fields.Rate(spec.TransferFeeRate, "transfer_fee_rate", 0, Million),
            CashInterestPpm = fields.Rate(spec.CashInterestRate, "cash_interest_rate", 0, Million) ?? 0,
            ExchangeRules = !spec.IgnoreExchangeRules,
            FillRule = spec.FillPrice switch
            {
                FillPrice.NextClose => FillRule.NextClose,
                FillPrice.NextVwap => FillRule.NextVwap,
                FillPrice.NextAuction => FillRule.NextAuction,
                FillPrice.SameClose => FillRule.SameClose,
                _ => FillRule.NextOpen,
            },
            SuspensionPolicy = spec.RejectSuspended ? SuspensionPolicy.Reject : SuspensionPolicy.Rest,
            Slippage = new Slippage(
                spec.SlippageKind switch
                {
                    Contracts.Backtest.V1.SlippageKind.Ticks => EngineSlippageKind.Ticks,
                    Contracts.Backtest.V1.SlippageKind.BasisPoints => EngineSlippageKind.BasisPoints,
                    Contracts.Backtest.V1.SlippageKind.VolumeShare => EngineSlippageKind.VolumeShare,
                    _ => default,
                },
                spec.SlippageValue),
            Benchmark = [.. Benchmark(spec, fields)],
            StartDate = fields.Date(spec.StartDate, "start_date"),
            EndDate = fields.Date(spec.EndDate, "end_date"),
            Seed = spec.Seed,
        };
        settings = spec.VolumeCap.Length == 0 ? settings : settings with { VolumeCapPpm = fields.Rate(spec.VolumeCap, "volume_cap", 1, Million) };
        if (fields.Errors.Count == 0)
        {
            fields.Errors.AddRange(settings.Validate().Where(error => error.Field != "endDate").Select(error => error with { Field = SnakeOf(error.Field) }));
        }

        return settings;
    }

    private static IEnumerable<EngineBenchmarkPart> Benchmark(BacktestSpec spec, SpecFields fields)
    {
        if (spec.Benchmark.Count > BenchmarkPartsMax)
        {
            fields.Add("LIMIT_EXCEEDED", "benchmark", $"A benchmark has at most {BenchmarkPartsMax} parts, got {spec.Benchmark.Count}.");
            yield break;
        }

        for (int i = 0; i < spec.Benchmark.Count; i++)
        {
            Symbol? symbol = fields.SymbolOf(spec.Benchmark[i].Symbol, $"benchmark[{i}].symbol");
            string weight = spec.Benchmark[i].Weight.Length == 0 ? "1" : spec.Benchmark[i].Weight;
            long? ppm = fields.Rate(weight, $"benchmark[{i}].weight", 1, Million);
            if (symbol is { } known && ppm is { } share)
            {
                yield return new EngineBenchmarkPart(known, share);
            }
        }
    }

    private static string SnakeOf(string name) => name == "slippage"
        ? "slippage_value"
        : string.Concat(name.Select(c => char.IsUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString()));
}
