namespace EasyQuant.Engine;

/// <summary>Rates of one side of an instrument in millionths of the value, and for 1,000 shares in money units, with their sources.</summary>
internal sealed record FeeRates(
    long CommissionPpm,
    long StampDutyPpm,
    string StampDutySource,
    long TransferFeePpm,
    string TransferFeeSource,
    long TransferPerThousand = 0)
{
    public const string AccountSource = "account";
}
