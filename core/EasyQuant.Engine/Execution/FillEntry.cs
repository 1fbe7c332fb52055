namespace EasyQuant.Engine;

/// <summary>A fill while the run lasts; money in units of 0.0001.</summary>
internal struct FillEntry
{
    public int Order;
    public int Bar;

    /// <summary>Position of the tick on which the order filled, from 1; 0 for a fill on a bar.</summary>
    public int Tick;
    public long Price;
    public long Slippage;
    public long Quantity;
    public long Value;
    public long Commission;
    public long StampDuty;
    public long TransferFee;
    public long DividendTax;
    public FeeRates Rates;
    public string? DividendTaxSource;
    public bool IsMinimumCommission;

    public readonly long Fees => Commission + StampDuty + TransferFee + DividendTax;
}
