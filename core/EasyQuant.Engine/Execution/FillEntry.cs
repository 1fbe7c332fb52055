namespace EasyQuant.Engine;

/// <summary>A fill while the run lasts; money in units of 0.0001.</summary>
internal struct FillEntry
{
    public int Order;
    public int Bar;
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
