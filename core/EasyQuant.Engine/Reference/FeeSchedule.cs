using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Fees of one order: each is rate times value, rounded half up to the account's increment; the commission has a minimum.</summary>
internal sealed class FeeSchedule(BacktestSettings settings, RuleBook rules)
{
    private const string AccountSource = "account";

    /// <summary>Rates in force for an order of <paramref name="instrument"/> on <paramref name="date"/>.</summary>
    public FeeRates RatesFor(Instrument instrument, DateOnly date, OrderSide side)
    {
        long stampPpm = side == OrderSide.Sell ? settings.StampDutySellPpm ?? 0 : 0;
        string stampSource = AccountSource;
        if (settings.StampDutySellPpm is null && rules.StampDuty(instrument.Board, date) is { } stamp)
        {
            stampPpm = side == OrderSide.Buy ? stamp.BuyPpm : stamp.SellPpm;
            stampSource = stamp.Id;
        }

        long transferPpm = settings.TransferFeePpm ?? 0;
        string transferSource = AccountSource;
        if (settings.TransferFeePpm is null && rules.TransferFee(instrument.Board, date) is { } transfer)
        {
            transferPpm = transfer.RatePpm;
            transferSource = transfer.Id;
        }

        return new FeeRates(settings.CommissionPpm, stampPpm, stampSource, transferPpm, transferSource);
    }

    public Fee Commission(in FeeRates rates, Money value)
    {
        Money byRate = Share(value, rates.CommissionPpm);
        return byRate < settings.CommissionMinimum
            ? new Fee(FeeKind.Commission, settings.CommissionMinimum, rates.CommissionPpm, true, AccountSource)
            : new Fee(FeeKind.Commission, byRate, rates.CommissionPpm, false, AccountSource);
    }

    public Fee StampDuty(in FeeRates rates, Money value) =>
        new(FeeKind.StampDuty, Share(value, rates.StampDutyPpm), rates.StampDutyPpm, false, rates.StampDutySource);

    public Fee TransferFee(in FeeRates rates, Money value) =>
        new(FeeKind.TransferFee, Share(value, rates.TransferFeePpm), rates.TransferFeePpm, false, rates.TransferFeeSource);

    /// <summary>Sum of the three fees in money units.</summary>
    public long Total(in FeeRates rates, Money value) => checked(
        Math.Max(Share(value, rates.CommissionPpm).Units, settings.CommissionMinimum.Units)
        + Share(value, rates.StampDutyPpm).Units
        + Share(value, rates.TransferFeePpm).Units);

    private Money Share(Money value, long ppm)
    {
        if (ppm == 0)
        {
            return Money.Zero;
        }

        long increment = settings.FeeIncrement.Units;
        Int128 steps = ScaledDecimal.DivideHalfUp((Int128)value.Units * ppm, (Int128)1_000_000 * increment);
        return new Money(checked((long)(steps * increment)));
    }
}
