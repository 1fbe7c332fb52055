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

    /// <summary>The symbol when neither <see cref="Symbol"/> nor the file says one, from the file's name for example. Default null.</summary>
    public Symbol? FallbackSymbol { get; init; }

    /// <summary>Generic profile: shares that one unit of the volume column means, a power of ten from 1 to 1,000,000. Default 1.</summary>
    public int VolumeMultiplier { get; init; } = 1;

    /// <summary>Generic profile: CNY that one unit of the amount column means, a power of ten from 1 to 1,000,000. Default 1.</summary>
    public int AmountMultiplier { get; init; } = 1;

    /// <summary>Generic profile: factor of the prices in the file over the real ones, a power of ten from 1 to 1,000,000. Default 1.</summary>
    public int PriceDivisor { get; init; } = 1;

    /// <summary>Decimal places of prices and amounts in the table: 4 (default) to 8. Bar tables of shares have 4.</summary>
    public int PriceScale { get; init; } = BarTable.Scale;

    /// <summary>Decimal places of volumes in the table: 0 (default, an integer column) to 8.</summary>
    public int QuantityScale { get; init; }

    /// <summary>Length of the bars; null = within the day, inferred from the times. Default a day, times of day are then ignored.</summary>
    public PanelInterval? Interval { get; init; } = PanelInterval.Day;

    /// <summary>Whether times are the ends of bars; they become starts. Default false.</summary>
    public bool StampsEnd { get; init; }

    /// <summary>Zone of local times; null (default) = China, UTC+8.</summary>
    public TimeZoneInfo? Zone { get; init; }

    /// <summary>Which part of dates such as <c>1/2/1990</c> is the month. Default: found from the file.</summary>
    public CsvDateOrder DateOrder { get; init; } = CsvDateOrder.Detect;

    /// <summary>The day of files whose times are milliseconds since midnight; null (default) = the file has dates.</summary>
    public DateOnly? BaseDate { get; init; }

    /// <summary>Names of the columns of a file that may have no header: used when its first line starts with a digit. Null (default) = it must have one.</summary>
    public IReadOnlyList<string>? HeaderIfNone { get; init; }

    /// <summary>Exchange of symbols that come without one, for example <c>US</c>. Null (default): six digits mean a Chinese share, all else is refused.</summary>
    public string? DefaultExchange { get; init; }

    /// <summary>Prices are multiplied by a column <c>factor</c> and volumes divided by it (qlib); both are undone, prices rounded to the tick. Default false.</summary>
    public bool IsFactored { get; init; }

    /// <summary>Bid prices are followed by ask prices five columns on (LEAN quote bars): the middle is taken. Default false.</summary>
    public bool IsQuote { get; init; }

    /// <summary>Stops after that many good rows, for a preview; null (default) = reads all.</summary>
    public int? RowsStop { get; init; }

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
