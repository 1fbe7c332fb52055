using System.Globalization;

namespace EasyQuant.Data;

/// <summary>Length of the bars of a panel: whole minutes, or a trading day. The default value is a trading day.</summary>
public readonly record struct PanelInterval
{
    private PanelInterval(int minutes) => Minutes = minutes;

    /// <summary>One bar a trading day.</summary>
    public static PanelInterval Day => default;

    /// <summary>Minutes of a bar, 1 to 720; 0 for a trading day.</summary>
    public int Minutes { get; }

    /// <summary>Whether a bar is a trading day.</summary>
    public bool IsDay => Minutes == 0;

    /// <summary>Bars of that many minutes.</summary>
    /// <param name="minutes">1 to 720.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside the range.</exception>
    public static PanelInterval OfMinutes(int minutes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minutes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minutes, 720);
        return new PanelInterval(minutes);
    }

    /// <summary>Reads <c>1d</c>, or <c>1m</c> to <c>720m</c>, or <c>1h</c> to <c>12h</c>.</summary>
    /// <returns>False when the text is something else.</returns>
    public static bool TryParse(string? text, out PanelInterval interval)
    {
        interval = Day;
        if (text is "1d")
        {
            return true;
        }

        if (text is null || text.Length is < 2 or > 4 || text[^1] is not ('m' or 'h')
            || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return false;
        }

        int minutes = text[^1] == 'h' ? count * 60 : count;
        if (minutes is < 1 or > 720)
        {
            return false;
        }

        interval = new PanelInterval(minutes);
        return true;
    }

    /// <summary>Returns <c>1d</c>, or the minutes such as <c>5m</c>.</summary>
    public override string ToString() => IsDay ? "1d" : Minutes.ToString(CultureInfo.InvariantCulture) + "m";
}
