namespace EasyQuant.Data;

/// <summary>Conversion between calendar days and days since 1970-01-01.</summary>
public static class EpochDays
{
    private const int EpochDayNumber = 719_162;

    /// <summary>Smallest value that is a <see cref="DateOnly"/>: 0001-01-01.</summary>
    public const int Min = -EpochDayNumber;

    /// <summary>Largest value that is a <see cref="DateOnly"/>: 9999-12-31.</summary>
    public const int Max = 3_652_058 - EpochDayNumber;

    /// <summary>Days from 1970-01-01 to the date; negative before.</summary>
    public static int FromDate(DateOnly date) => date.DayNumber - EpochDayNumber;

    /// <summary>The date so many days after 1970-01-01.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside <see cref="Min"/> to <see cref="Max"/>.</exception>
    public static DateOnly ToDate(int days) => DateOnly.FromDayNumber(checked(days + EpochDayNumber));
}
