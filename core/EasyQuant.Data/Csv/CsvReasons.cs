namespace EasyQuant.Data;

/// <summary>Why a CSV file or one of its rows was refused.</summary>
public static class CsvReasons
{
    /// <summary>A quoted field never ends.</summary>
    public const string UnclosedQuote = "CSV_UNCLOSED_QUOTE";

    /// <summary>Text stands between a closing quote and the next delimiter.</summary>
    public const string BadQuote = "CSV_BAD_QUOTE";

    /// <summary>A line is longer than the limit.</summary>
    public const string LineTooLong = "CSV_LINE_TOO_LONG";

    /// <summary>A field is longer than the limit.</summary>
    public const string FieldTooLong = "CSV_FIELD_TOO_LONG";

    /// <summary>A line has more fields than the limit.</summary>
    public const string TooManyColumns = "CSV_TOO_MANY_COLUMNS";

    /// <summary>The file has more rows than the limit.</summary>
    public const string TooManyRows = "CSV_TOO_MANY_ROWS";

    /// <summary>The bytes are not text of the encoding.</summary>
    public const string Encoding = "CSV_ENCODING";

    /// <summary>There is no header with the needed columns.</summary>
    public const string MissingColumn = "CSV_MISSING_COLUMN";

    /// <summary>Two columns of the header mean the same.</summary>
    public const string DuplicateColumn = "CSV_DUPLICATE_COLUMN";

    /// <summary>A row has fewer or more fields than the header.</summary>
    public const string FieldCount = "CSV_FIELD_COUNT";

    /// <summary>A number cannot be read or does not fit.</summary>
    public const string BadNumber = "CSV_BAD_NUMBER";

    /// <summary>Numbers had more digits than are kept and were rounded; their rows are kept.</summary>
    public const string Rounded = "CSV_ROUNDED";

    /// <summary>A date cannot be read.</summary>
    public const string BadDate = "CSV_BAD_DATE";

    /// <summary>A symbol has no known spelling.</summary>
    public const string BadSymbol = "CSV_BAD_SYMBOL";

    /// <summary>A row has no prices (a suspended day); such rows are always skipped.</summary>
    public const string NoPrices = "CSV_NO_PRICES";

    /// <summary>A repeated header inside the data; such rows are always skipped.</summary>
    public const string RepeatedHeader = "CSV_REPEATED_HEADER";

    /// <summary>A row of a suspended day, marked so by the source; such rows are always skipped.</summary>
    public const string Suspended = "CSV_SUSPENDED";

    /// <summary>The prices are adjusted by the source; the rows are kept.</summary>
    public const string Adjusted = "CSV_ADJUSTED";

    /// <summary>NUL bytes were left out; the rows are kept.</summary>
    public const string NulBytes = "CSV_NUL_BYTES";

    /// <summary>Which part of the dates is the month cannot be told.</summary>
    public const string DateOrder = "CSV_DATE_ORDER";

    /// <summary>How long the bars are cannot be told.</summary>
    public const string Interval = "CSV_INTERVAL";

    /// <summary>The file holds no data line.</summary>
    public const string Empty = "CSV_EMPTY";
}
