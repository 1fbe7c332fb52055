using System.IO.Compression;
using System.Reflection;

namespace EasyQuant.Gateway.Pages;

/// <summary>The .proto files of the platform, from the assembly that was made of them. Immutable and thread-safe.</summary>
internal static class ProtoArchive
{
    private const string ResourcePrefix = "protos/";

    // The oldest time that a zip entry can carry: the archive depends on nothing but the files.
    private static readonly DateTimeOffset s_entryTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads the files.</summary>
    /// <param name="contracts">Assembly with resources <c>protos/...</c>.</param>
    /// <returns>Path (as imports name it) and text, by path, ordinal.</returns>
    public static IReadOnlyList<(string Path, string Text)> Read(Assembly contracts)
    {
        var files = new List<(string, string)>();
        foreach (string name in contracts.GetManifestResourceNames().Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(contracts.GetManifestResourceStream(name)!);
            files.Add((name[ResourcePrefix.Length..].Replace('\\', '/'), reader.ReadToEnd()));
        }

        return files;
    }

    /// <summary>Packs files into a zip archive: the same files give the same bytes.</summary>
    /// <param name="files">Path and text.</param>
    /// <returns>The archive.</returns>
    public static byte[] Pack(IReadOnlyList<(string Path, string Text)> files)
    {
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string path, string text) in files)
            {
                ZipArchiveEntry entry = archive.CreateEntry(path, CompressionLevel.Optimal);
                entry.LastWriteTime = s_entryTime;
                using var writer = new StreamWriter(entry.Open());
                writer.Write(text);
            }
        }

        return buffer.ToArray();
    }
}
