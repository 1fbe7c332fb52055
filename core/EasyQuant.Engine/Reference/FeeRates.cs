namespace EasyQuant.Engine;

/// <summary>Rates of one order in millionths of its value, with their sources.</summary>
internal readonly record struct FeeRates(
    long CommissionPpm,
    long StampDutyPpm,
    string StampDutySource,
    long TransferFeePpm,
    string TransferFeeSource);
