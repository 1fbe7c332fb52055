using System.Globalization;

namespace EasyQuant.Core.Tests.Scheduling;

internal static class Zones
{
    public static readonly string[] All =
    [
        "America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Shanghai", "America/Santiago",
    ];

    public static TimeZoneInfo Get(string name) => TimeZoneInfo.FindSystemTimeZoneById(name);

    public static DateTimeOffset Instant(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUniversalTime();

    public static string Text(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
