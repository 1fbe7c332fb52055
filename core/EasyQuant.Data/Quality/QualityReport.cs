using System.Text.Json.Nodes;

namespace EasyQuant.Data;

/// <summary>How good bars are and what cleaning changed.</summary>
public sealed record QualityReport
{
    /// <summary>Largest number of <see cref="Findings"/>: the worst.</summary>
    public const int FindingsMax = 100;

    /// <summary>Largest number of symbols in the JSON: the worst.</summary>
    public const int JsonSymbolsMax = 200;

    /// <summary>Sum over all symbols.</summary>
    public required SymbolQuality Total { get; init; }

    /// <summary>Each symbol, ordered by symbol.</summary>
    public required IReadOnlyList<SymbolQuality> BySymbol { get; init; }

    /// <summary>The worst faults: by kind as <see cref="QualityKind"/> orders them, then by symbol and day.</summary>
    public required IReadOnlyList<QualityFinding> Findings { get; init; }

    /// <summary>Kinds that were found and whose policy is to block, worst first; empty when nothing blocks.</summary>
    public required IReadOnlyList<QualityKind> BlockedBy { get; init; }

    /// <summary>Days of the calendar between the first and the last bar: given, or derived from the data.</summary>
    public required int CalendarDayCount { get; init; }

    /// <summary>Whether a calendar, a rule book or an as-of date was given; else the counts that need them say nothing and are not in the JSON.</summary>
    public bool IsJudgedByMarket { get; init; }

    /// <summary>1 = nothing found; see <see cref="SymbolQuality.Score"/>.</summary>
    public double Score => Total.Score;

    /// <summary>Returns the report as JSON with snake_case names; symbols with a fault, the lowest score first, at most <see cref="JsonSymbolsMax"/>.</summary>
    public JsonObject ToJson()
    {
        JsonObject json = ToJson(Total);
        json.Remove("symbol");
        json["symbol_count"] = BySymbol.Count;
        json["calendar_day_count"] = CalendarDayCount;
        json["findings"] = new JsonArray([.. Findings.Select(ToJson)]);
        json["symbols"] = new JsonArray([.. BySymbol.Where(s => s.Score < 1).OrderBy(s => s.Score).ThenBy(s => s.Symbol, StringComparer.Ordinal).Take(JsonSymbolsMax).Select(ToJson)]);
        return json;
    }

    private JsonObject ToJson(SymbolQuality quality)
    {
        JsonObject json = Counts(quality);
        if (IsJudgedByMarket)
        {
            json["limit_breach_count"] = quality.LimitBreachCount;
            json["outside_calendar_count"] = quality.OutsideCalendarCount;
            json["stale_count"] = quality.StaleCount;
        }

        return json;
    }

    private static JsonObject Counts(SymbolQuality quality) => new()
    {
        ["symbol"] = quality.Symbol,
        ["score"] = Math.Round(quality.Score, 6),
        ["first_date"] = quality.FirstDate?.ToString("O"),
        ["last_date"] = quality.LastDate?.ToString("O"),
        ["rows_in"] = quality.RowsIn,
        ["rows_out"] = quality.RowsOut,
        ["duplicate_count"] = quality.DuplicateCount,
        ["non_positive_price_count"] = quality.NonPositivePriceCount,
        ["ohlc_breach_count"] = quality.OhlcBreachCount,
        ["outlier_return_count"] = quality.OutlierReturnCount,
        ["gap_count"] = quality.GapCount,
        ["missing_day_count"] = quality.MissingDayCount,
        ["zero_volume_count"] = quality.ZeroVolumeCount,
    };

    private static JsonObject ToJson(QualityFinding finding) => new()
    {
        ["kind"] = QualityNames.Of(finding.Kind),
        ["symbol"] = finding.Symbol,
        ["trading_date"] = finding.TradingDate.ToString("O"),
        ["detail"] = finding.Detail,
    };
}
