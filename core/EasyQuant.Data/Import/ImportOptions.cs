using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>How files are imported. What is null comes from the profile.</summary>
public sealed record ImportOptions
{
    /// <summary>The profile; null (default) = guessed for each file.</summary>
    public ImportProfile? Profile { get; init; }

    /// <summary>Symbol of files without a symbol column; null (default) = from the file, else from its name.</summary>
    public Symbol? Symbol { get; init; }

    /// <summary>Text encoding. Default detected.</summary>
    public CsvEncoding Encoding { get; init; } = CsvEncoding.Auto;

    /// <summary>Length of the bars; null (default) = found from the file.</summary>
    public PanelInterval? Interval { get; init; }

    /// <summary>IANA name of the zone of local times; null (default) = the profile's.</summary>
    public string? ZoneId { get; init; }

    /// <summary>Finds a zone by its IANA name; asked only for zones other than UTC and China. Throws <see cref="TimeZoneNotFoundException"/>.</summary>
    public Func<string, TimeZoneInfo>? FindZone { get; init; }

    /// <summary>Whether times are the ends of bars; null (default) = the profile's.</summary>
    public bool? StampsEnd { get; init; }

    /// <summary>Order of dates such as <c>1/2/1990</c>. Default found from the file.</summary>
    public CsvDateOrder DateOrder { get; init; } = CsvDateOrder.Detect;

    /// <summary>Shares of one unit of volume, a power of ten; null (default) = the profile's.</summary>
    public int? VolumeMultiplier { get; init; }

    /// <summary>Currency units of one unit of amount, a power of ten; null (default) = the profile's.</summary>
    public int? AmountMultiplier { get; init; }

    /// <summary>Decimal places of prices and amounts, 4 to 8; null (default) = the profile's.</summary>
    public int? PriceScale { get; init; }

    /// <summary>Decimal places of volumes, 0 to 8; null (default) = the profile's.</summary>
    public int? QuantityScale { get; init; }

    /// <summary>Whether rows that cannot be read are left out and counted. Default false: the first one ends the import.</summary>
    public bool SkipBadRows { get; init; }

    /// <summary>Largest number of rows. Default 100,000,000.</summary>
    public int RowsMax { get; init; } = 100_000_000;

    /// <summary>Stops after that many rows, for a preview; null (default) = reads all.</summary>
    public int? RowsStop { get; init; }
}
