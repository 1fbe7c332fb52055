using System.IO.Compression;

namespace EasyQuant.Data;

/// <summary>Reads the text files of a zip within bounds, in the order of their names. Nothing is ever written to a disk.</summary>
internal static class ZipCsv
{
    public const int EntriesMax = 1000;
    public const long InflatedMax = 512L << 20;
    public const int RatioMax = 100;
    private const int RatioFree = 1 << 20;

    public static IEnumerable<(string Name, byte[] Content)> Read(Stream stream)
    {
        using ZipArchive archive = Open(stream);
        if (archive.Entries.Count > EntriesMax)
        {
            throw Refused($"it has {archive.Entries.Count} entries, at most {EntriesMax} are read");
        }

        long total = 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            Check(entry, seen);
        }

        foreach (ZipArchiveEntry entry in archive.Entries.OrderBy(e => e.FullName, StringComparer.Ordinal))
        {
            if (entry.FullName.EndsWith('/'))
            {
                continue;
            }

            byte[] content = Inflate(entry, InflatedMax - total);
            total += content.Length;
            yield return (entry.FullName, content);
        }
    }

    private static ZipArchive Open(Stream stream)
    {
        try
        {
            var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            // The directory is read with the first look at it.
            _ = archive.Entries.Count;
            return archive;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            throw Refused("it is no zip: " + e.Message);
        }
    }

    private static void Check(ZipArchiveEntry entry, HashSet<string> seen)
    {
        string name = entry.FullName.Replace('\\', '/');
        if (name.Length == 0 || name[0] == '/' || name.Contains('\0') || (name.Length > 1 && name[1] == ':') || name.Split('/').Contains(".."))
        {
            throw Refused($"an entry is named `{(name.Length > 80 ? name[..80] : name)}`, which leads out of it");
        }

        if (!seen.Add(name))
        {
            throw Refused($"two entries are named `{name}`");
        }

        if (((entry.ExternalAttributes >> 16) & 0xF000) == 0xA000)
        {
            throw Refused($"`{name}` is a symbolic link");
        }

        if (Path.GetExtension(name).ToLowerInvariant() is ".zip" or ".gz" or ".7z" or ".rar" or ".bz2" or ".xz" or ".tar")
        {
            throw Refused($"`{name}` is an archive inside the archive");
        }
    }

    // The sizes of the directory are claims: what counts is what comes out.
    private static byte[] Inflate(ZipArchiveEntry entry, long bytesLeft)
    {
        long most = Math.Min(bytesLeft, Math.Max(RatioFree, entry.CompressedLength * RatioMax));
        using var content = new MemoryStream();
        var buffer = new byte[64 << 10];
        try
        {
            using Stream inflated = entry.Open();
            for (int got; (got = inflated.Read(buffer)) > 0;)
            {
                if (content.Length + got > most)
                {
                    throw Refused($"`{entry.FullName}` inflates to more than {most} bytes (at most {InflatedMax} in all and {RatioMax} times its packed size)");
                }

                content.Write(buffer, 0, got);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            throw Refused($"`{entry.FullName}` is damaged: {e.Message}");
        }

        return content.ToArray();
    }

    private static ImportException Refused(string what) => new("IMPORT_ARCHIVE", $"The archive is refused: {what}.");
}
