using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Everything about a backtest that is neither data nor strategy. Immutable.</summary>
public sealed record BacktestSettings
{
    /// <summary>Cash at the start, above 0. Default 1,000,000 CNY.</summary>
    public Money InitialCash { get; init; } = Money.FromYuan(1_000_000);

    /// <summary>Commission in millionths of the traded value, 0 to 1,000,000. Default 300 (0.03 %).</summary>
    public long CommissionPpm { get; init; } = 300;

    /// <summary>Smallest commission of an order, at least 0. Default 5 CNY.</summary>
    public Money CommissionMinimum { get; init; } = Money.FromYuan(5);

    /// <summary>Stamp duty on sales in millionths of the value, 0 to 1,000,000; null (default) takes the dated rows of the rule book.</summary>
    public long? StampDutySellPpm { get; init; }

    /// <summary>Transfer fee on both sides in millionths of the value, 0 to 1,000,000; null (default) takes the dated rows of the rule book.</summary>
    public long? TransferFeePpm { get; init; }

    /// <summary>Increment that every fee of an order is rounded to, half up, above 0. Default 0.01 CNY; 0.0001 switches rounding off.</summary>
    public Money FeeIncrement { get; init; } = new(Money.UnitsPerCent);

    /// <summary>
    /// True (default) applies lots, price limits, T+1 and the refusal of bars without volume; false makes a frictionless market in which
    /// only long-only and the cash bind.
    /// </summary>
    public bool ExchangeRules { get; init; } = true;

    /// <summary>Which price orders fill at. Default: next open.</summary>
    public FillRule FillRule { get; init; }

    /// <summary>What suspended instruments do to orders. Default: the order rests.</summary>
    public SuspensionPolicy SuspensionPolicy { get; init; }

    /// <summary>First trading day, included; null (default) starts with the data. Earlier bars are not seen, also not for warm-up.</summary>
    public DateOnly? StartDate { get; init; }

    /// <summary>Last trading day, included; null (default) ends with the data.</summary>
    public DateOnly? EndDate { get; init; }

    /// <summary>Seed of the run, recorded in the manifest; the shipped strategies draw no random numbers.</summary>
    public long Seed { get; init; }

    /// <summary>Checks ranges.</summary>
    /// <returns>All errors, empty when the settings are usable.</returns>
    public IReadOnlyList<ParameterError> Validate()
    {
        List<ParameterError> errors = [];
        Check(InitialCash.Units > 0, "initialCash", "must be above 0", InitialCash.ToString());
        Check(CommissionPpm is >= 0 and <= 1_000_000, "commissionPpm", "must be 0 to 1000000", $"{CommissionPpm}");
        Check(CommissionMinimum.Units >= 0, "commissionMinimum", "must be at least 0", CommissionMinimum.ToString());
        Check(StampDutySellPpm is null or (>= 0 and <= 1_000_000), "stampDutySellPpm", "must be 0 to 1000000", $"{StampDutySellPpm}");
        Check(TransferFeePpm is null or (>= 0 and <= 1_000_000), "transferFeePpm", "must be 0 to 1000000", $"{TransferFeePpm}");
        Check(FeeIncrement.Units > 0, "feeIncrement", "must be above 0", FeeIncrement.ToString());
        Check(!(EndDate < StartDate), "endDate", $"must not be before startDate ({StartDate:O})", $"{EndDate:O}");
        return errors;

        void Check(bool isGood, string field, string rule, string got)
        {
            if (!isGood)
            {
                errors.Add(new ParameterError("PARAMETER_OUT_OF_RANGE", field, $"{field} {rule}, was {got}."));
            }
        }
    }
}
