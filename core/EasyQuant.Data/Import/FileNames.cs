using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>What vendors say in file names.</summary>
internal static class FileNames
{
    /// <summary>The symbol of names such as <c>sh600000.day</c>, <c>SH#600000.txt</c>, <c>BTCUSDT-1m-2024-01.csv</c>, <c>BTC_USDT-5m.json</c>, <c>spy.csv</c>, <c>600000.SH.csv</c>.</summary>
    public static bool TrySymbol(string path, string? defaultExchange, out Symbol symbol)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        int dot = name.LastIndexOf('.');
        string stem = dot > 0 ? name[..dot] : name;
        if (Symbol.TryNormalize(stem, out symbol))
        {
            return true;
        }

        if (defaultExchange is null)
        {
            return false;
        }

        string[] parts = stem.Split('_');
        string lean = parts.Length >= 3 && parts[0].Length == 8 && parts[0].All(char.IsAsciiDigit) ? parts[1] : parts.Length == 2 && parts[1] is "trade" or "quote" ? parts[0] : "";
        string head = stem.Split('-')[0].Replace("_", "", StringComparison.Ordinal);
        return (lean.Length > 0 && Symbol.TryNormalize(lean + "." + defaultExchange, out symbol))
            || Symbol.TryNormalize(head + "." + defaultExchange, out symbol);
    }

    /// <summary>The interval of names such as <c>BTCUSDT-1m-2024-01.csv</c> and <c>BTC_USDT-5m.json</c>.</summary>
    public static PanelInterval? Interval(string path)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        foreach (string part in name.Split('-', '.').Skip(1))
        {
            if (PanelInterval.TryParse(part, out PanelInterval interval))
            {
                return interval;
            }
        }

        return null;
    }

    /// <summary>The day of LEAN names such as <c>20131007_spy_minute_trade.csv</c>.</summary>
    public static DateOnly? Day(string path)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        return name.Length > 9 && name[8] == '_' && DateOnly.TryParseExact(name.AsSpan(0, 8), "yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out DateOnly day)
            ? day
            : null;
    }
}
