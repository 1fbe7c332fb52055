namespace EasyQuant.Data;

/// <summary>One fault in the bars.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Symbol">Symbol of the bar.</param>
/// <param name="TradingDate">Day of the bar; for a gap the first missing day.</param>
/// <param name="Detail">The numbers behind it.</param>
public sealed record QualityFinding(QualityKind Kind, string Symbol, DateOnly TradingDate, string Detail)
{
    /// <summary>For example <c>ohlc_breach 600000.SH 2024-01-02: high 6.60 &lt; open 6.61</c>.</summary>
    public override string ToString() => $"{QualityNames.Of(Kind)} {Symbol} {TradingDate:yyyy-MM-dd}: {Detail}";
}
