namespace EasyQuant.Engine;

/// <summary>
/// Terms of an account that may borrow cash and shares. An order that opens exposure fills as far as, valued at the fill price, equity after fees stays at or
/// above the initial margin of all positions; reducing exposure is always allowed. At the end of a day, equity below the maintenance margin is a margin call.
/// </summary>
public sealed record MarginSettings
{
    /// <summary>Equity needed to open long positions, millionths of their value, 1 to 1,000,000. Default 500,000 (50 %).</summary>
    public long InitialLongPpm { get; init; } = 500_000;

    /// <summary>Equity needed to open short positions, millionths of their value, 1 to 2,000,000. Default 500,000 (50 %).</summary>
    public long InitialShortPpm { get; init; } = 500_000;

    /// <summary>Equity needed to keep long positions, millionths of their value, 0 to 1,000,000. Default 300,000 (30 %).</summary>
    public long MaintenanceLongPpm { get; init; } = 300_000;

    /// <summary>Equity needed to keep short positions, millionths of their value, 0 to 1,000,000. Default 300,000 (30 %).</summary>
    public long MaintenanceShortPpm { get; init; } = 300_000;

    /// <summary>Fee for borrowed shares, millionths of their value a year, 0 to 1,000,000. Default 80,000 (8 %), a usual rate of mainland brokers.</summary>
    public long BorrowPpm { get; init; } = 80_000;

    /// <summary>Interest on borrowed cash, millionths a year, 0 to 1,000,000. Default 80,000 (8 %).</summary>
    public long DebtPpm { get; init; } = 80_000;

    /// <summary>What happens at a margin call. Default: positions are closed.</summary>
    public MarginCallPolicy CallPolicy { get; init; }

    /// <summary>Yields the faults of the ranges.</summary>
    internal IEnumerable<ParameterError> Faults(string prefix)
    {
        (string Name, long Value, long Minimum, long Maximum)[] ranges =
        [
            ("initialLongPpm", InitialLongPpm, 1, 1_000_000),
            ("initialShortPpm", InitialShortPpm, 1, 2_000_000),
            ("maintenanceLongPpm", MaintenanceLongPpm, 0, 1_000_000),
            ("maintenanceShortPpm", MaintenanceShortPpm, 0, 1_000_000),
            ("borrowPpm", BorrowPpm, 0, 1_000_000),
            ("debtPpm", DebtPpm, 0, 1_000_000),
        ];
        return ranges.Where(range => range.Value < range.Minimum || range.Value > range.Maximum).Select(range => new ParameterError(
            "PARAMETER_OUT_OF_RANGE", prefix + range.Name, $"{prefix}{range.Name} must be {range.Minimum} to {range.Maximum}, was {range.Value}."));
    }
}
