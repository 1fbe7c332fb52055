using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Interest on cash and debts and fees for borrowed shares: actual days over 365 on what stood after the day before, booked before the first bar
/// of a day, rounded half up to 0.01. What rounding leaves over is carried, so that no cent is lost over time.
/// </summary>
internal sealed class InterestBook(TradingCore core)
{
    private const long YearParts = 365 * 1_000_000L * Money.UnitsPerCent;
    private readonly Int128[] _carriedCash = new Int128[core.Accounts.Length * core.Ledger.Currencies.Count];
    private readonly Int128[] _carriedFee = new Int128[core.Accounts.Length * core.Ledger.Currencies.Count];

    /// <summary>True when some rate is above 0, so that every day has to be looked at.</summary>
    public bool IsNeeded { get; } = core.Settings.CashInterestPpm > 0 || core.Accounts.Any(account => account.Margin is not null);

    /// <summary>Books what has accrued since the day before the current one.</summary>
    public void BeginDay()
    {
        if (!IsNeeded || core.Day <= core.TradeDay)
        {
            return;
        }

        int days = core.Date.DayNumber - core.Panel.Calendar.Days[core.Day - 1].DayNumber;
        for (int account = 0; account < core.Accounts.Length; account++)
        {
            for (int currency = 0; currency < core.Ledger.Currencies.Count; currency++)
            {
                int slot = (account * core.Ledger.Currencies.Count) + currency;
                Int128 fee = BorrowFee(account, currency, days);
                long cash = core.Ledger.Cash(account, currency);
                long ppm = cash >= 0 ? core.Settings.CashInterestPpm : core.MarginOf(account)?.DebtPpm ?? 0;
                Book(ref _carriedCash[slot], (Int128)cash * ppm * days, account, currency, PostingKind.Interest, cash >= 0 ? "cashInterestPpm" : "debtPpm");
                Book(ref _carriedFee[slot], -fee, account, currency, PostingKind.BorrowFee, "borrowPpm");
            }
        }
    }

    private Int128 BorrowFee(int account, int currency, int days)
    {
        if (core.MarginOf(account) is not { BorrowPpm: > 0 } margin)
        {
            return 0;
        }

        Int128 fee = 0;
        for (int i = 0; i < core.Ledger.HeldCount; i++)
        {
            int slot = core.Ledger.HeldSlot(i);
            int instrument = core.Ledger.InstrumentOfSlot(slot);
            long quantity = core.Ledger.PositionOf(account, instrument).Quantity;
            if (core.Ledger.AccountOfSlot(slot) == account && quantity < 0 && core.Ledger.CurrencyOf(instrument) == currency)
            {
                fee += (Int128)core.Ledger.ValueOf(instrument, core.Ledger.LastPrice(instrument), -quantity) * margin.BorrowPpm * days;
            }
        }

        return fee;
    }

    private void Book(ref Int128 carried, Int128 accrued, int account, int currency, PostingKind kind, string source)
    {
        carried += accrued;
        long cents = (long)ScaledDecimal.DivideHalfUp(carried, YearParts);
        if (cents == 0)
        {
            return;
        }

        carried -= cents * (Int128)YearParts;
        core.PostCash(kind, account, currency, cents * Money.UnitsPerCent, source);
    }
}
