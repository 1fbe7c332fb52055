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
}
