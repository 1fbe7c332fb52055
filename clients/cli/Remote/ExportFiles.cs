using EasyQuant.Contracts.Backtest.V1;
using Grpc.Core;

namespace EasyQuant.Cli.Remote;

/// <summary>Files that results are exported to.</summary>
public static class ExportFiles
{
    /// <summary>Returns the form that the ending of a file asks for; unspecified for another ending.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The form.</returns>
    public static ExportFormat FormatOf(string file) => Path.GetExtension(file) switch
    {
        ".csv" => ExportFormat.Csv,
        ".json" => ExportFormat.Json,
        ".html" => ExportFormat.Html,
        ".arrow" or ".feather" => ExportFormat.Arrow,
        ".parquet" => ExportFormat.Parquet,
        _ => ExportFormat.Unspecified,
    };

    /// <summary>Writes the parts of a stream. The file appears with the first part, so that a refusal leaves nothing behind.</summary>
    /// <typeparam name="T">Message of the stream.</typeparam>
    /// <param name="file">The file; replaced.</param>
    /// <param name="parts">The stream.</param>
    /// <param name="bytesOf">Returns the bytes of a message.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>When all is written.</returns>
    public static async Task WriteAsync<T>(string file, IAsyncStreamReader<T> parts, Func<T, ReadOnlyMemory<byte>> bytesOf, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(bytesOf);
        FileStream? stream = null;
        try
        {
            while (await parts.MoveNext(cancellationToken))
            {
                stream ??= File.Create(file);
                await stream.WriteAsync(bytesOf(parts.Current), cancellationToken);
            }
        }
        finally
        {
            await (stream?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }
}
