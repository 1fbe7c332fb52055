namespace EasyQuant.Data;

/// <summary>The type of the values of a column. The numbers are part of the table file format and never change.</summary>
public enum ColumnType
{
    /// <summary>64-bit floating point, for estimates (indicators, ratios). A missing value is NaN.</summary>
    Float64 = 1,

    /// <summary>64-bit signed integer, for counts and volumes.</summary>
    Int64 = 2,

    /// <summary>Exact decimal: 64-bit integer units of 10^-scale, for prices and money.</summary>
    Decimal = 3,

    /// <summary>Calendar day: days since 1970-01-01, without a zone.</summary>
    Date = 4,

    /// <summary>Instant: microseconds since 1970-01-01T00:00:00Z.</summary>
    Timestamp = 5,

    /// <summary>True or false.</summary>
    Bool = 6,

    /// <summary>UTF-8 text.</summary>
    String = 7,
}
