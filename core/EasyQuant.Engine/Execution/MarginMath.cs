namespace EasyQuant.Engine;

/// <summary>Margin of one account: what its positions require against its equity, in the base currency. Does not allocate.</summary>
internal static class MarginMath
{
    /// <summary>
    /// True when the account may trade <paramref name="signedQuantity"/> at <paramref name="price"/>: it reduces the position, or equity after fees stays at
    /// or above the initial margin with the traded instrument valued at the fill price.
    /// </summary>
    public static bool Allows(
        Ledger ledger, MarginSettings margin, int account, int instrument, long signedQuantity, long price, long fees)
    {
        long before = ledger.PositionOf(account, instrument).Quantity;
        long after = checked(before + signedQuantity);
        bool reduces = Math.Sign(after) * Math.Sign(before) >= 0 && Math.Abs(after) <= Math.Abs(before);
        if (reduces && before != 0)
        {
            return true;
        }

        int currency = ledger.CurrencyOf(instrument);
        long revaluation = checked(ledger.ValueOf(instrument, price, before) - ledger.ValueOf(instrument, ledger.LastPrice(instrument), before));
        Int128 equity = (Int128)ledger.Equity(account) + ledger.InBase(currency, checked(revaluation - fees));
        Int128 required = Required(ledger, account, instrument, margin.InitialLongPpm, margin.InitialShortPpm)
            + Share(ledger.InBase(currency, ledger.ValueOf(instrument, price, after)), margin.InitialLongPpm, margin.InitialShortPpm);
        return equity * 1_000_000 >= required;
    }

    /// <summary>True when equity is below the maintenance margin of the positions at last prices.</summary>
    public static bool IsCall(Ledger ledger, MarginSettings margin, int account) =>
        (Int128)ledger.Equity(account) * 1_000_000
        < Required(ledger, account, -1, margin.MaintenanceLongPpm, margin.MaintenanceShortPpm);

    /// <summary>Millionths of money units that all positions but one require.</summary>
    private static Int128 Required(Ledger ledger, int account, int exceptInstrument, long longPpm, long shortPpm)
    {
        Int128 sum = 0;
        for (int i = 0; i < ledger.HeldCount; i++)
        {
            int slot = ledger.HeldSlot(i);
            int instrument = ledger.InstrumentOfSlot(slot);
            if (ledger.AccountOfSlot(slot) != account || instrument == exceptInstrument)
            {
                continue;
            }

            long value = ledger.ValueOf(instrument, ledger.LastPrice(instrument), ledger.PositionOf(account, instrument).Quantity);
            sum += Share(ledger.InBase(ledger.CurrencyOf(instrument), value), longPpm, shortPpm);
        }

        return sum;
    }

    private static Int128 Share(long signedValue, long longPpm, long shortPpm) =>
        signedValue >= 0 ? (Int128)signedValue * longPpm : -(Int128)signedValue * shortPpm;
}
