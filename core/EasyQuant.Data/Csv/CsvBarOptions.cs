using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>How to read a CSV file of daily bars.</summary>
public sealed record CsvBarOptions
{
    /// <summary>Units of the source. Default: generic.</summary>
    public CsvProfile Profile { get; init; } = CsvProfile.Generic;

    /// <summary>Text encoding. Default: detected.</summary>
    public CsvEncoding Encoding { get; init; } = CsvEncoding.Auto;

    /// <summary>The symbol of every row when the file has no symbol column; null = the file must have one.</summary>
    public Symbol? Symbol { get; init; }

    /// <summary>Generic profile: shares that one unit of the volume column means, a power of ten from 1 to 1,000,000. Default 1.</summary>
    public int VolumeMultiplier { get; init; } = 1;

    /// <summary>Generic profile: CNY that one unit of the amount column means, a power of ten from 1 to 1,000,000. Default 1.</summary>
    public int AmountMultiplier { get; init; } = 1;

    /// <summary>True: rows that cannot be read are counted and left out; false (default): the first one ends the reading with an error.</summary>
    public bool SkipBadRows { get; init; }

    /// <summary>Largest number of data rows. Default 100,000,000.</summary>
    public int RowsMax { get; init; } = 100_000_000;

    /// <summary>Largest number of bytes of a line. Default 4 MiB.</summary>
    public int LineBytesMax { get; init; } = 4 << 20;

    /// <summary>Largest number of bytes of a field. Default 1 MiB.</summary>
    public int FieldBytesMax { get; init; } = 1 << 20;

    /// <summary>Largest number of columns. Default 1,000.</summary>
    public int ColumnsMax { get; init; } = 1000;
}
