using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Data;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Writes whole tables as binary files.</summary>
internal static class TableFiles
{
    /// <summary>Most rows of a file.</summary>
    public const int RowsMax = 5_000_000;

    /// <summary>Writes a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="format">Arrow or Parquet.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The file and its media type.</returns>
    public static (byte[] File, string ContentType) Write(Table table, ExportFormat format, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream();
        if (format == ExportFormat.Arrow)
        {
            ArrowFile.Write(table, stream, cancellationToken);
            return (stream.ToArray(), "application/vnd.apache.arrow.file");
        }

        ParquetFile.Write(table, ParquetCodec.Gzip, stream, cancellationToken);
        return (stream.ToArray(), "application/vnd.apache.parquet");
    }
}
