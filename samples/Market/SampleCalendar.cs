namespace EasyQuant.Samples.Market;

/// <summary>Trading days without weekends and with holidays like those of mainland China. Synthetic: not the real calendar.</summary>
internal static class SampleCalendar
{
    // First day of the week that is closed for the spring festival, by year from 2022.
    private static readonly DateOnly[] s_springFestivals =
    [
        new(2022, 1, 31), new(2023, 1, 23), new(2024, 2, 12), new(2025, 1, 27), new(2026, 2, 16),
        new(2027, 2, 8), new(2028, 1, 24), new(2029, 2, 12), new(2030, 2, 4), new(2031, 1, 20), new(2032, 2, 9),
    ];

    /// <summary>Largest number of days that can be asked for.</summary>
    public const int DaysMax = 2500;

    /// <summary>The first <paramref name="count"/> trading days from 2022-01-04 on.</summary>
    public static DateOnly[] Days(int count)
    {
        var days = new DateOnly[count];
        DateOnly day = new(2022, 1, 4);
        for (int i = 0; i < count; day = day.AddDays(1))
        {
            if (IsOpen(day))
            {
                days[i++] = day;
            }
        }

        return days;
    }

    private static bool IsOpen(DateOnly day)
    {
        if (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday)
        {
            return false;
        }

        bool isHoliday = (day.Month, day.Day) is (1, 1) or (4, 5) or (5, >= 1 and <= 3) or (10, >= 1 and <= 7);
        return !isHoliday && !Array.Exists(s_springFestivals, f => day >= f && day < f.AddDays(5));
    }
}
