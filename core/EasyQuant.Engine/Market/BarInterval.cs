using System.Globalization;

namespace EasyQuant.Engine;

/// <summary>Length of a bar: a trading day (the default value) or a number of minutes. Text forms: <c>1d</c>, <c>5m</c>.</summary>
public readonly record struct BarInterval
{
    private readonly int _minutes;

    private BarInterval(int minutes) => _minutes = minutes;

    /// <summary>One trading day.</summary>
    public static BarInterval Daily => default;

    /// <summary>Minutes of a bar, 1 to 1440; 0 for a day.</summary>
    public int Minutes => _minutes;

    /// <summary>True for bars of a trading day.</summary>
    public bool IsDaily => _minutes == 0;

    /// <summary>Returns an interval of minutes.</summary>
    /// <param name="minutes">1 to 1440.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is outside its range.</exception>
    public static BarInterval OfMinutes(int minutes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minutes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minutes, 1440);
        return new BarInterval(minutes);
    }

    /// <summary>Parses <c>1d</c> or minutes such as <c>5m</c>.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static BarInterval Parse(string text) =>
        text == "1d" ? Daily
        : text.EndsWith('m') && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int minutes)
            && minutes is >= 1 and <= 1440
            ? new BarInterval(minutes)
            : throw new FormatException($"\"{text}\" is not an interval such as 1d, 1m or 30m.");

    /// <summary>Returns the text form.</summary>
    public override string ToString() => IsDaily ? "1d" : string.Create(CultureInfo.InvariantCulture, $"{_minutes}m");
}
