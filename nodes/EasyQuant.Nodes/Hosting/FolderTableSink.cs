using System.Text;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Hosting;

/// <summary>Writes tables as CSV files into one folder, for runs without a database.</summary>
public sealed class FolderTableSink : ITableSink
{
    private readonly string _folder;

    /// <summary>Serves a folder; it is created with the first table.</summary>
    public FolderTableSink(string folder) => _folder = Path.GetFullPath(folder);

    /// <inheritdoc/>
    public ValueTask<string> WriteAsync(string name, Table table, string effectKey, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Directory.CreateDirectory(_folder);
        int cut = effectKey.IndexOf('/', StringComparison.Ordinal);
        string target = Path.Combine(_folder, $"{Plain(name)}.{Plain(cut >= 0 ? effectKey[(cut + 1)..] : effectKey)}.csv");
        string temporary = target + ".tmp";
        try
        {
            using (var file = new StreamWriter(temporary, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
            {
                TableCsv.Write(table, file);
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }

        return new ValueTask<string>(target);
    }

    private static string Plain(string text)
    {
        string plain = string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '-'));
        return plain.Length <= 100 ? plain : plain[..100];
    }
}
