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

    public Stream? OpenRead(string path) => _files.TryGetValue(path, out byte[]? content) ? new MemoryStream(content, writable: false) : null;
}
