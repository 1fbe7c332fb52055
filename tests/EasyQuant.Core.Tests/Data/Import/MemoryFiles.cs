using EasyQuant.Data;

namespace EasyQuant.Core.Tests.Data.Import;

/// <summary>Files in memory.</summary>
internal sealed class MemoryFiles : IImportFiles
{
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    public MemoryFiles Add(string path, byte[] content)
    {
        _files[path] = content;
        return this;
    }

    /// <summary>Copies with a few bytes changed, or cut.</summary>
    public MemoryFiles Broken(Random random)
    {
        var copies = new MemoryFiles();
        foreach ((string path, byte[] content) in _files)
        {
            byte[] broken = [.. content];
            for (int i = 0; i < 3 && broken.Length > 0; i++)
            {
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            }

            copies.Add(path, random.Next(4) == 0 ? broken[..random.Next(broken.Length + 1)] : broken);
        }

        return copies;
    }

    public Stream? OpenRead(string path) => _files.TryGetValue(path, out byte[]? content) ? new MemoryStream(content, writable: false) : null;
}
