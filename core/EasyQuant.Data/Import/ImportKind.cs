namespace EasyQuant.Data;

/// <summary>Form of a file of bars.</summary>
public enum ImportKind
{
    /// <summary>Delimited text.</summary>
    Csv = 0,

    /// <summary>TDX <c>.day</c>.</summary>
    TdxDay = 1,

    /// <summary>TDX <c>.lc1</c>, <c>.lc5</c>.</summary>
    TdxMinute = 2,

    /// <summary>TDX <c>.1</c>, <c>.5</c>.</summary>
    TdxOldMinute = 3,

    /// <summary>qlib <c>features/&lt;symbol&gt;/close.&lt;freq&gt;.bin</c> with its neighbours and the calendar.</summary>
    QlibBin = 4,

    /// <summary>freqtrade: a JSON list of lists.</summary>
    FreqtradeJson = 5,

    /// <summary>Zip of CSV files in LEAN's form.</summary>
    LeanZip = 6,

    /// <summary>Zip of CSV files of another profile.</summary>
    CsvZip = 7,

    /// <summary>Arrow IPC file (Feather version 2) or stream.</summary>
    Arrow = 8,

    /// <summary>Parquet.</summary>
    Parquet = 9,
}
