using System.Collections.Concurrent;
using EasyQuant.Data;

namespace EasyQuant.MappedFiles;

/// <summary>
/// The files of one version of a bar panel, columns mapped read-only and shared with every process that maps them. Thread-safe. Panels opened from it must not be
/// used after it is disposed; one that is never disposed stays mapped until the process ends.
/// </summary>
public sealed class MappedPanelFiles : IPanelFiles, IDisposable
{
    /// <summary>Largest calendar, list of instruments or manifest: 256 MiB.</summary>
    public const int SmallFileBytesMax = 256 << 20;

    // An instance that the caller forgets must not be collected while spans into its mappings are in use.
    private static readonly ConcurrentDictionary<MappedPanelFiles, byte> s_open = new();

    private readonly string _folder;
    private readonly Lock _lock = new();
    private readonly List<IDisposable> _mapped = [];

    /// <summary>Opens a directory; nothing is mapped yet.</summary>
    /// <param name="folder">Absolute path of the version's directory.</param>
    public MappedPanelFiles(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
        s_open.TryAdd(this, 0);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ReadAll(string name) => Guard(name, path => new FileInfo(path).Length <= SmallFileBytesMax
        ? File.ReadAllBytes(path)
        : throw new PanelException("PANEL_DAMAGED", $"{name} has more than {SmallFileBytesMax >> 20} MiB."));

    /// <inheritdoc/>
    public ReadOnlyMemory<T> Map<T>(string field, PanelManifest manifest)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return Guard(PanelColumnFile.NameOf(field), path =>
        {
            using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
            {
                Span<byte> header = stackalloc byte[PanelColumnFile.HeaderLength];
                int got = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
                PanelColumnFile.CheckHeader(header[..got], field, manifest, file.Length);
            }

            int count = manifest.InstrumentCount * manifest.Stride;
            if (count == 0)
            {
                return ReadOnlyMemory<T>.Empty;
            }

            var mapped = new MappedFile<T>(path, PanelColumnFile.HeaderLength, count);
            lock (_lock)
            {
                _mapped.Add(mapped);
            }

            return mapped.Memory;
        });
    }

    /// <summary>Unmaps the columns.</summary>
    public void Dispose()
    {
        if (!s_open.TryRemove(this, out _))
        {
            return;
        }

        lock (_lock)
        {
            _mapped.ForEach(one => one.Dispose());
            _mapped.Clear();
        }
    }

    private TResult Guard<TResult>(string name, Func<string, TResult> read)
    {
        try
        {
            return read(Path.Join(_folder, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PanelException("PANEL_DAMAGED", $"The file {name} of the panel cannot be read ({e.GetType().Name}).");
        }
    }
}
