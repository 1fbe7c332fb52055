using System.Security.Cryptography;
using System.Text;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data.Files;

/// <summary>Writes tables as a table file and a CSV file into one folder. The names contain the effect, so a repeated effect replaces its own files. Safe for concurrent use.</summary>
public sealed class FolderTableSink : ITableSink
{
    private readonly string _folder;

    /// <summary>Creates the sink; the folder is made when the first table comes.</summary>
    public FolderTableSink(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = Path.GetFullPath(folder);
    }

    /// <inheritdoc/>
    public async ValueTask<string> WriteAsync(string name, Table table, string effectKey, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(table);
        Directory.CreateDirectory(_folder);
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(effectKey)))[..8];
        string stem = Path.Combine(_folder, $"{Persistence.SqlIdentifier.Validate(name)}-{key}");
        await ReplaceAsync(stem + ".eqtable", stream => TableFile.Write(table, stream), cancellationToken);
        await ReplaceAsync(stem + ".csv", stream => WriteCsv(table, stream), cancellationToken);
        return stem + ".csv";
    }

    private static void WriteCsv(Table table, Stream stream)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        TableCsv.Write(table, writer);
    }

    private static async Task ReplaceAsync(string path, Action<Stream> write, CancellationToken cancellationToken)
    {
        string part = $"{path}.{Environment.ProcessId}.part";
        try
        {
            await using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                await stream.FlushAsync(cancellationToken);
                stream.Flush(flushToDisk: true);
            }

            cancellationToken.ThrowIfCancellationRequested();
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }
}
