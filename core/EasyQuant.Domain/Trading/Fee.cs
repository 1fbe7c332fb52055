namespace EasyQuant.Domain;

/// <summary>One fee of one order and why it is what it is.</summary>
/// <param name="Kind">What the fee is for.</param>
/// <param name="Amount">At least 0, rounded half up to the increment of the account (0.01 CNY by default).</param>
/// <param name="RatePpm">Rate in millionths of the traded value.</param>
/// <param name="IsMinimum">True when the minimum per order was charged instead of the rate.</param>
/// <param name="Source">Id of the rule-book row, or <c>account</c> when the rate belongs to the account's settings.</param>
public readonly record struct Fee(FeeKind Kind, Money Amount, long RatePpm, bool IsMinimum, string Source)
{
    /// <summary>Part that goes by quantity: fee for 1,000 shares; 0 when there is none.</summary>
    public Money PerThousandShares { get; init; }

    /// <summary>Returns a line such as "Commission 5 (minimum per order, account)" or "StampDuty 6.17 (0.05 % of value, stamp-duty.2023)".</summary>
    public override string ToString() => Kind == FeeKind.DividendTax
        ? $"{Kind} {Amount} (by the time held, {Source})"
        : PerThousandShares.Units != 0
        ? $"{Kind} {Amount} ({PerThousandShares} for 1,000 shares, {Source})"
        : IsMinimum
        ? $"{Kind} {Amount} (minimum per order, {Source})"
        : $"{Kind} {Amount} ({ScaledDecimal.FormatShort(RatePpm, 4)} % of value, {Source})";
}
