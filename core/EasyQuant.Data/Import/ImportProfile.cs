namespace EasyQuant.Data;

/// <summary>How a vendor writes its files: form, units, time stamps. Header names of all vendors are understood in every profile.</summary>
public sealed record ImportProfile
{
    /// <summary>Name, for example <c>tushare</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Title in English.</summary>
    public required string TitleEn { get; init; }

    /// <summary>Title in Chinese.</summary>
    public required string TitleZh { get; init; }

    /// <summary>Form of the file.</summary>
    public ImportKind Kind { get; init; } = ImportKind.Csv;

    /// <summary>Shares of one unit of volume.</summary>
    public int VolumeMultiplier { get; init; } = 1;

    /// <summary>Currency units of one unit of amount.</summary>
    public int AmountMultiplier { get; init; } = 1;

    /// <summary>Factor of the prices in the file over the real ones.</summary>
    public int PriceDivisor { get; init; } = 1;

    /// <summary>Decimal places of prices and amounts in the table.</summary>
    public int PriceScale { get; init; } = BarTable.Scale;

    /// <summary>Decimal places of volumes in the table.</summary>
    public int QuantityScale { get; init; }

    /// <summary>Whether bars within the day carry the time of their end.</summary>
    public bool StampsEnd { get; init; }

    /// <summary>IANA name of the zone of local times.</summary>
    public string ZoneId { get; init; } = "Asia/Shanghai";

    /// <summary>Columns of files without a header; null = there is one.</summary>
    public IReadOnlyList<string>? HeaderIfNone { get; init; }

    /// <summary>Exchange of symbols without one; null = Chinese shares by their six digits.</summary>
    public string? DefaultExchange { get; init; }

    /// <summary>Whether prices are multiplied by a factor that is undone.</summary>
    public bool IsFactored { get; init; }
}
