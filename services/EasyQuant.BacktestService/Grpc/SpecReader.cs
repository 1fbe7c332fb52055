using System.Globalization;
using System.Text.Json.Nodes;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using StatusCode = global::Grpc.Core.StatusCode;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Turns the wire form of a spec into checked values and back into its canonical form. Reports all faults at once.</summary>
internal static class SpecReader
{
    private const int SymbolsMax = 5_000;
    private const int RateScale = 6;
    private const string DefaultTable = "daily_bars";

    /// <summary>Fills defaults in, in place, so that what is stored says everything.</summary>
    public static void FillDefaults(BacktestSpec spec)
    {
        spec.Table = spec.Table.Length == 0 ? DefaultTable : spec.Table;
        spec.Cash = spec.Cash.Length == 0 ? "1000000" : spec.Cash;
        spec.CommissionRate = spec.CommissionRate.Length == 0 ? "0.0003" : spec.CommissionRate;
        spec.CommissionMin = spec.CommissionMin.Length == 0 ? "5" : spec.CommissionMin;
        spec.Parameters ??= new Struct();
    }

    /// <summary>Reads a stored spec, which was checked when it was accepted.</summary>
    public static CheckedSpec ReadStored(string json) => Read(BacktestSpec.Parser.ParseJson(json));

    /// <summary>Checks a spec whose defaults are filled in.</summary>
    /// <exception cref="RpcError">InvalidArgument with the reason of the first fault and all fields.</exception>
    public static CheckedSpec Read(BacktestSpec spec)
    {
        List<ParameterError> errors = [];
        JsonObject parameters = Parameters(spec, errors);
        string[] symbols = Symbols(spec, errors);
        DateOnly? start = Date(spec.StartDate, "start_date", errors);
        DateOnly? end = Date(spec.EndDate, "end_date", errors);
        if (end < start)
        {
            errors.Add(new ParameterError("PERIOD_EMPTY", "end_date", $"end_date must not be before start_date ({spec.StartDate}), was {spec.EndDate}."));
            end = start;
        }

        var settings = new BacktestSettings
        {
            InitialCash = Amount(spec.Cash, "cash", Money.FromYuan(1), errors),
            CommissionPpm = Rate(spec.CommissionRate, errors),
            CommissionMinimum = Amount(spec.CommissionMin, "commission_min", Money.Zero, errors),
            StartDate = start,
            EndDate = end,
            Seed = spec.Seed,
        };
        if (errors.Count > 0)
        {
            throw Refuse(errors);
        }

        var filter = new BarFilter(symbols, start ?? DateOnly.MinValue, end ?? DateOnly.MaxValue);
        return new CheckedSpec(spec.Strategy, parameters, spec.Table, filter, settings);
    }

    private static JsonObject Parameters(BacktestSpec spec, List<ParameterError> errors)
    {
        var given = (JsonObject)JsonNode.Parse(spec.Parameters.ToString())!;
        try
        {
            return StrategyCatalog.Bind(spec.Strategy, given).Parameters;
        }
        catch (BacktestParameterException e)
        {
            errors.AddRange(e.Errors.Select(error => error with
            {
                Field = error.Reason == "STRATEGY_NOT_FOUND" ? "strategy" : "parameters." + error.Field,
            }));
            return [];
        }
    }

    private static string[] Symbols(BacktestSpec spec, List<ParameterError> errors)
    {
        if (spec.Symbols.Count > SymbolsMax)
        {
            errors.Add(new ParameterError("LIMIT_EXCEEDED", "symbols", $"At most {SymbolsMax} symbols are allowed, got {spec.Symbols.Count}."));
            return [];
        }

        SortedSet<string> symbols = new(StringComparer.Ordinal);
        for (int i = 0; i < spec.Symbols.Count; i++)
        {
            if (Symbol.TryNormalize(spec.Symbols[i], out Symbol symbol))
            {
                symbols.Add(symbol.ToString());
            }
            else if (errors.Count < 100)
            {
                errors.Add(new ParameterError("SYMBOL_INVALID", $"symbols[{i}]", $"\"{spec.Symbols[i]}\" is not a known spelling of a symbol."));
            }
        }

        return [.. symbols];
    }

    private static DateOnly? Date(string text, string field, List<ParameterError> errors)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
        {
            return date;
        }

        errors.Add(new ParameterError("DATE_INVALID", field, $"{field} must be a date such as 2024-01-31, was \"{text}\"."));
        return null;
    }

    private static Money Amount(string text, string field, Money least, List<ParameterError> errors)
    {
        bool isAmount = Money.TryParse(text, out Money money);
        bool isGood = isAmount && (least == Money.Zero ? money >= least : money > Money.Zero);
        if (!isGood)
        {
            string bound = least == Money.Zero ? "at least 0" : "above 0";
            errors.Add(new ParameterError("PARAMETER_OUT_OF_RANGE", field, $"{field} must be an amount {bound} with at most {Money.Scale} decimal places, was \"{text}\"."));
            return least;
        }

        return money;
    }

    private static long Rate(string text, List<ParameterError> errors)
    {
        if (!ScaledDecimal.TryParse(text, RateScale, out long ppm) || ppm is < 0 or > 10_000)
        {
            errors.Add(new ParameterError(
                "PARAMETER_OUT_OF_RANGE", "commission_rate", $"commission_rate must be 0 to 0.01 with at most {RateScale} decimal places, was \"{text}\"."));
            return 0;
        }

        return ppm;
    }

    private static RpcError Refuse(List<ParameterError> errors) => new(
        StatusCode.InvalidArgument,
        errors[0].Reason,
        string.Join(" ", errors.Take(10).Select(error => error.Message)),
        violations: [.. errors.Select(error => new FieldViolation("spec." + error.Field, error.Message))]);
}
