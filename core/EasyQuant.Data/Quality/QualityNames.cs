namespace EasyQuant.Data;

internal static class QualityNames
{
    public static string Of(QualityKind kind) => kind switch
    {
        QualityKind.NonPositivePrice => "non_positive_price",
        QualityKind.OhlcBreach => "ohlc_breach",
        QualityKind.Duplicate => "duplicate",
        QualityKind.OutlierReturn => "outlier_return",
        QualityKind.Gap => "gap",
        QualityKind.LimitBreach => "limit_breach",
        QualityKind.OutsideCalendar => "outside_calendar",
        QualityKind.Stale => "stale",
        _ => "zero_volume",
    };
}
