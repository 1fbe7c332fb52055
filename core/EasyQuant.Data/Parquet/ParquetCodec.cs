namespace EasyQuant.Data;

/// <summary>Compression of the pages of a Parquet file that is written.</summary>
public enum ParquetCodec
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Gzip.</summary>
    Gzip = 2,
}
