using System.Collections.Immutable;
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

    /// <summary>Which price market orders fill at. Default: next open.</summary>
    public FillRule FillRule { get; init; }

    /// <summary>Which bars stand for auctions. Default: the first and the last bar of a day.</summary>
    public AuctionPolicy AuctionPolicy { get; init; }

    /// <summary>What suspended instruments do to orders. Default: the order rests.</summary>
    public SuspensionPolicy SuspensionPolicy { get; init; }

    /// <summary>First trading day, included; null (default) starts with the data. Of earlier bars only those of <see cref="WarmUpDays"/> are seen.</summary>
    public DateOnly? StartDate { get; init; }

    /// <summary>
    /// Trading days before <see cref="StartDate"/> that the strategy sees without trading, 0 to 100,000, as many as the data has: their bars, ticks and heartbeats come as
    /// always, orders given then are not taken (their number is 0), nothing is recorded. Default 0: cold.
    /// </summary>
    public int WarmUpDays { get; init; }

    /// <summary>Last trading day, included; null (default) ends with the data.</summary>
    public DateOnly? EndDate { get; init; }

    /// <summary>Seed of the run, recorded in the manifest; the shipped strategies draw no random numbers.</summary>
    public long Seed { get; init; }

    /// <summary>When limit orders inside a bar fill. Default: when the price goes through the limit.</summary>
    public LimitFillRule LimitFillRule { get; init; }

    /// <summary>Slippage of market and stop orders. Default none.</summary>
    public Slippage Slippage { get; init; }

    /// <summary>
    /// Largest share of a bar's volume that all orders of the run in an instrument may fill, millionths, 1 to 1,000,000; null lifts the cap. Default
    /// 250,000 (25 %). Applies with <see cref="ExchangeRules"/> only, and not to indices and other instruments without volume.
    /// </summary>
    public long? VolumeCapPpm { get; init; } = 250_000;

    /// <summary>
    /// True lets orders fill at a price limit on the closed side (buys at the upper limit). Default false: at the limit the queue is long and
    /// nobody sells. Flagged in the result.
    /// </summary>
    public bool FillsAtPriceLimit { get; init; }

    /// <summary>What happens to rights issues. Default: the rights lapse.</summary>
    public RightsPolicy RightsPolicy { get; init; }

    /// <summary>True (default) charges the dated tax on dividends when shares are sold, first in first out; false never does.</summary>
    public bool DividendTax { get; init; } = true;

    /// <summary>Interest on positive cash in millionths a year, 0 to 1,000,000: actual days over 365 on the cash after the day before, paid each trading day. Default 0.</summary>
    public long CashInterestPpm { get; init; }

    /// <summary>Currency that equity is counted in. Default CNY.</summary>
    public string BaseCurrency { get; init; } = "CNY";

    /// <summary>Terms for borrowing of the single account; null (default) for a cash account. Not together with <see cref="Accounts"/>.</summary>
    public MarginSettings? Margin { get; init; }

    /// <summary>Several accounts; empty (default) makes one named <c>main</c> with <see cref="InitialCash"/> in the base currency.</summary>
    public ImmutableArray<AccountSettings> Accounts { get; init; } = [];

    /// <summary>Parts of the benchmark; empty (default) for none.</summary>
    public ImmutableArray<BenchmarkPart> Benchmark { get; init; } = [];

    /// <summary>
    /// Minutes between two heartbeats within a trading day, 1 to 1440, counted from midnight UTC: at the first bar time at or after each multiple a heartbeat comes before
    /// the ticks and the bar of that time. 0 (default): one a day, before its first bar, which comes in any case.
    /// </summary>
    public int HeartbeatMinutes { get; init; }

    /// <summary>Most orders of a run, 1 to 20,000,000; the next one ends the run with ORDER_LIMIT_EXCEEDED. Default 2,000,000.</summary>
    public int OrderCountMax { get; init; } = 2_000_000;

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
        Check(VolumeCapPpm is null or (>= 1 and <= 1_000_000), "volumeCapPpm", "must be 1 to 1000000", $"{VolumeCapPpm}");
        Check(Slippage.Value >= 0 && Slippage.Value <= Slippage.ValueMax, "slippage", $"must have a value of 0 to {Slippage.ValueMax}", Slippage.ToString());
        Check(CashInterestPpm is >= 0 and <= 1_000_000, "cashInterestPpm", "must be 0 to 1000000", $"{CashInterestPpm}");
        Check(BaseCurrency.Length > 0, "baseCurrency", "must not be empty", "\"\"");
        Check(WarmUpDays is >= 0 and <= 100_000, "warmUpDays", "must be 0 to 100000", $"{WarmUpDays}");
        Check(HeartbeatMinutes is >= 0 and <= 1440, "heartbeatMinutes", "must be 0 to 1440", $"{HeartbeatMinutes}");
        Check(OrderCountMax is >= 1 and <= 20_000_000, "orderCountMax", "must be 1 to 20000000", $"{OrderCountMax}");
        Check(Benchmark.IsEmpty || (Benchmark.All(part => part.WeightPpm > 0) && Benchmark.Sum(part => part.WeightPpm) == 1_000_000),
            "benchmark", "must have weights above 0 that sum to 1000000", string.Join(", ", Benchmark.Select(part => part.WeightPpm)));
        Check(Accounts.IsEmpty || Margin is null, "margin", "must be null when accounts are given", "given");
        errors.AddRange(Margin?.Faults("margin.") ?? []);
        CheckAccounts(errors);
        return errors;

        void Check(bool isGood, string field, string rule, string got)
        {
            if (!isGood)
            {
                errors.Add(new ParameterError("PARAMETER_OUT_OF_RANGE", field, $"{field} {rule}, was {got}."));
            }
        }
    }

    /// <summary>Returns the accounts of the run, at least one.</summary>
    internal ImmutableArray<AccountSettings> AllAccounts() => Accounts.IsEmpty
        ? [new AccountSettings("main", [new CashBalance(BaseCurrency, InitialCash)], Margin)]
        : Accounts;

    private void CheckAccounts(List<ParameterError> errors)
    {
        for (int i = 0; i < Accounts.Length; i++)
        {
            AccountSettings account = Accounts[i];
            string field = $"accounts[{i}]";
            if (account.Name.Length == 0 || Accounts.Take(i).Any(other => other.Name == account.Name))
            {
                errors.Add(new ParameterError("PARAMETER_OUT_OF_RANGE", field + ".name", $"{field}.name must be unique and not empty, was \"{account.Name}\"."));
            }

            if (account.Cash.Count == 0 || account.Cash.Any(cash => cash.Amount.Units < 0 || cash.Currency.Length == 0)
                || account.Cash.DistinctBy(cash => cash.Currency).Count() < account.Cash.Count)
            {
                errors.Add(new ParameterError(
                    "PARAMETER_OUT_OF_RANGE", field + ".cash", $"{field}.cash must have amounts of at least 0 in distinct currencies, at least one."));
            }

            errors.AddRange(account.Margin?.Faults(field + ".margin.") ?? []);
        }
    }
}
