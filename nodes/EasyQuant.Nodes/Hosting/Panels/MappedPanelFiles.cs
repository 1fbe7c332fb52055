using System.Collections.Concurrent;
using System.IO.MemoryMappedFiles;
using EasyQuant.Data;

namespace EasyQuant.Nodes.Hosting;

/// <summary>
/// The files of one panel directory, columns mapped read-only and shared with every process that maps them. Thread-safe. Panels opened from it must not be
/// used after it is disposed; one that is never disposed stays mapped until the process ends.
/// </summary>
public sealed class MappedPanelFiles : IPanelFiles, IDisposable
{
    // An instance that the caller forgets must not be collected while spans into its mappings are in use.
    private static readonly ConcurrentDictionary<MappedPanelFiles, byte> s_open = new();

    private readonly string _folder;
    private readonly Lock _lock = new();
    private readonly List<(IDisposable View, Action Release)> _views = [];

    /// <summary>Opens a directory; nothing is mapped yet.</summary>
    /// <param name="folder">Absolute path of the version's directory.</param>
    public MappedPanelFiles(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
        s_open.TryAdd(this, 0);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ReadAll(string name)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(_folder, name));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PanelException("PANEL_DAMAGED", $"{_folder}: there is no file {name}.");
        }
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<T> Map<T>(string field, PanelManifest manifest)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Panels are little endian and are mapped as they are; this machine is big endian.");
        }

        string path = Path.Combine(_folder, PanelColumnFile.NameOf(field));
        if (!File.Exists(path))
        {
            throw new PanelException("PANEL_DAMAGED", $"{_folder}: there is no file {PanelColumnFile.NameOf(field)}.");
        }

        // Writing is shared: a later version may add bars behind the rows of this one.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[PanelColumnFile.HeaderLength];
        int got = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        PanelColumnFile.CheckHeader(header[..got], field, manifest, file.Length);
        int count = manifest.InstrumentCount * manifest.Stride;
        if (count == 0)
        {
            return ReadOnlyMemory<T>.Empty;
        }

        using MemoryMappedFile mapping = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        long length = PanelColumnFile.FileLength(field, manifest.InstrumentCount, manifest.Stride);
        MemoryMappedViewAccessor view = mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        var memory = new MappedMemory<T>(view, PanelColumnFile.HeaderLength, count);
        lock (_lock)
        {
            _views.Add((view, memory.Release));
        }

        return memory.Memory;
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
            foreach ((IDisposable view, Action release) in _views)
            {
                release();
                view.Dispose();
            }

            _views.Clear();
        }
    }
}
