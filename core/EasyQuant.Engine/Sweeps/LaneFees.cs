namespace EasyQuant.Engine;

/// <summary>Fee terms of one side that do not change from bar to bar. Rates in millionths, amounts in money units, the increment above 0.</summary>
internal readonly record struct LaneFees(long CommissionPpm, long CommissionMinimum, long StampDutyPpm, long TransferFeePpm, long Increment)
{
    public long RatePpmMax => Math.Max(CommissionPpm, Math.Max(StampDutyPpm, TransferFeePpm));
}
