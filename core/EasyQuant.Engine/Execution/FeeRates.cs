namespace EasyQuant.Engine;

/// <summary>Rates of one side of an instrument in millionths of the value, with their sources.</summary>
internal sealed record FeeRates(
    long CommissionPpm,
    long StampDutyPpm,
    string StampDutySource,
    long TransferFeePpm,
    string TransferFeeSource)
{
    public const string AccountSource = "account";
}
