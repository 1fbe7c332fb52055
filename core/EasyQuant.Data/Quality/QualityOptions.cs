using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>How bars are judged and cleaned.</summary>
public sealed record QualityOptions
{
    /// <summary>Bars with the symbol and day of another. Default: the first stays.</summary>
    public DuplicatePolicy Duplicates { get; init; } = DuplicatePolicy.KeepFirst;

    /// <summary>Bars whose low or high does not enclose open and close, or with a price that is missing, zero or negative. Default: removed.</summary>
    public BadBarPolicy BadPrices { get; init; } = BadBarPolicy.Drop;

    /// <summary>Bars without traded volume. Default: kept.</summary>
    public BadBarPolicy ZeroVolume { get; init; } = BadBarPolicy.Keep;

    /// <summary>A return from close to close beyond this fraction, up or down, is an outlier; outliers stay. More than 0, default 0.35.</summary>
    public decimal OutlierReturn { get; init; } = 0.35m;

    /// <summary>Trading days of the exchange: gaps are counted against it, and bars on other days are reported. Null (default): days on which a fifth of the symbols traded.</summary>
    public TradingCalendar? Calendar { get; init; }

    /// <summary>Board, listing, ST periods, suspensions of instruments; an announced suspension is no gap. Default nothing is known.</summary>
    public IReadOnlyList<InstrumentFacts> Facts { get; init; } = [];

    /// <summary>
    /// Rule book whose price limits bars are judged by, against <c>pre_close</c> where the bars have it, else the close of the day before. Bars of the free
    /// days after listing are not judged; when the listing day is unknown, these are the first bars of the data. Null (default): not judged.
    /// </summary>
    public RuleBook? Rules { get; init; }

    /// <summary>Bars beyond a price limit. Default: kept and reported.</summary>
    public BadBarPolicy LimitBreaches { get; init; } = BadBarPolicy.Keep;

    /// <summary>The day on which the data are judged: an instrument whose last bar is too far before it is stale. Null (default): not judged.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>Trading days after which an instrument that is neither delisted nor suspended is stale, at least 1. Default 5.</summary>
    public int StaleAfterDays { get; init; } = 5;
}
