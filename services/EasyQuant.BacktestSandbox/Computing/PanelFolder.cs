using EasyQuant.Data;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>
/// The directory of one version of a bar panel; its columns are mapped read-only and shared by all processes that map them. Thread-safe. A panel that was
/// opened from it must not be used after <see cref="Dispose"/>.
/// </summary>
/// <param name="folder">Absolute path of the directory.</param>
public sealed class PanelFolder(string folder) : IPanelFiles, IDisposable
{
    private const int SmallFileBytesMax = 256 << 20;
    private readonly Lock _lock = new();
    private readonly List<IDisposable> _mapped = [];

    /// <inheritdoc />
    public ReadOnlyMemory<byte> ReadAll(string name) => Guard(name, path => new FileInfo(path).Length <= SmallFileBytesMax
        ? File.ReadAllBytes(path)
        : throw new PanelException("PANEL_DAMAGED", $"{name} has more than {SmallFileBytesMax >> 20} MiB."));

    /// <inheritdoc />
    public ReadOnlyMemory<T> Map<T>(string field, PanelManifest manifest)
        where T : unmanaged => Guard(PanelColumnFile.NameOf(field), path =>
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

    /// <inheritdoc />
    public void Dispose()
    {
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
            return read(Path.Join(folder, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PanelException("PANEL_DAMAGED", $"The file {name} of the panel cannot be read ({e.GetType().Name}).");
        }
    }
}
