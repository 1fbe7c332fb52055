using System.Globalization;

namespace EasyQuant.Flow;

/// <summary>Durations as protobuf JSON writes them: decimal seconds and <c>s</c>, for example <c>0.5s</c>.</summary>
internal static class DurationText
{
    public static string Format(TimeSpan value) =>
        (value.Ticks / (decimal)TimeSpan.TicksPerSecond).ToString("0.#######", CultureInfo.InvariantCulture) + "s";

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        if (text.Length is < 2 or > 32
            || text[^1] != 's'
            || !decimal.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal seconds)
            || Math.Abs(seconds) > 315_576_000_000m)
        {
            return false;
        }

        value = TimeSpan.FromTicks((long)decimal.Truncate(seconds * TimeSpan.TicksPerSecond));
        return true;
    }
}
