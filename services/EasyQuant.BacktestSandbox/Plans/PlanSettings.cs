using System.Globalization;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.BacktestSandbox.Plans;

/// <summary>Settings of a backtest in plain types, so that they travel as JSON. Amounts are units of 1e-4 CNY.</summary>
public sealed record PlanSettings
{
    /// <summary>Cash at the start, above 0.</summary>
    public required long InitialCashUnits { get; init; }

    /// <summary>Commission in millionths of the value, 0 to 1,000,000.</summary>
    public required long CommissionPpm { get; init; }

    /// <summary>Least commission of an order, at least 0.</summary>
    public required long CommissionMinimumUnits { get; init; }

    /// <summary>Stamp duty on sales in millionths; null takes the rule book.</summary>
    public long? StampDutySellPpm { get; init; }

    /// <summary>Transfer fee in millionths; null takes the rule book.</summary>
    public long? TransferFeePpm { get; init; }

    /// <summary>Whether lots, price limits, T+1 and suspensions bind.</summary>
    public required bool ExchangeRules { get; init; }

    /// <summary>Name of a <see cref="FillRule"/>.</summary>
    public required string FillRule { get; init; }

    /// <summary>Name of a <see cref="SuspensionPolicy"/>.</summary>
    public required string SuspensionPolicy { get; init; }

    /// <summary>First day, ISO, included; null starts with the data.</summary>
    public string? StartDate { get; init; }

    /// <summary>Last day, ISO, included; null ends with the data.</summary>
    public string? EndDate { get; init; }

    /// <summary>Seed of every random choice.</summary>
    public long Seed { get; init; }

    /// <summary>Returns the plain form of settings.</summary>
    public static PlanSettings Of(BacktestSettings settings) => new()
    {
        InitialCashUnits = settings.InitialCash.Units,
        CommissionPpm = settings.CommissionPpm,
        CommissionMinimumUnits = settings.CommissionMinimum.Units,
        StampDutySellPpm = settings.StampDutySellPpm,
        TransferFeePpm = settings.TransferFeePpm,
        ExchangeRules = settings.ExchangeRules,
        FillRule = settings.FillRule.ToString(),
        SuspensionPolicy = settings.SuspensionPolicy.ToString(),
        StartDate = settings.StartDate?.ToString("O", CultureInfo.InvariantCulture),
        EndDate = settings.EndDate?.ToString("O", CultureInfo.InvariantCulture),
        Seed = settings.Seed,
    };

    /// <summary>Returns the engine's form.</summary>
    public BacktestSettings ToSettings() => new()
    {
        InitialCash = new Money(InitialCashUnits),
        CommissionPpm = CommissionPpm,
        CommissionMinimum = new Money(CommissionMinimumUnits),
        StampDutySellPpm = StampDutySellPpm,
        TransferFeePpm = TransferFeePpm,
        ExchangeRules = ExchangeRules,
        FillRule = Enum.Parse<FillRule>(FillRule),
        SuspensionPolicy = Enum.Parse<SuspensionPolicy>(SuspensionPolicy),
        StartDate = DateOf(StartDate),
        EndDate = DateOf(EndDate),
        Seed = Seed,
    };

    private static DateOnly? DateOf(string? text) => text is null ? null : DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
