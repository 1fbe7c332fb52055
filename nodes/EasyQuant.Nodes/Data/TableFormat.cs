namespace EasyQuant.Nodes.Data;

/// <summary>Form in which a table is exported.</summary>
public enum TableFormat
{
    /// <summary>CSV, UTF-8, comma, LF.</summary>
    Csv = 0,

    /// <summary>Arrow IPC file (Feather version 2).</summary>
    Arrow = 1,

    /// <summary>Arrow IPC stream.</summary>
    ArrowStream = 2,

    /// <summary>Parquet without compression.</summary>
    Parquet = 3,

    /// <summary>Parquet with gzip.</summary>
    ParquetGzip = 4,
}
