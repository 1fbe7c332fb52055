using System.Globalization;
using EasyQuant.Data;
using EasyQuant.MappedFiles;

namespace EasyQuant.Nodes.Hosting;

/// <summary>
/// Bar panels below a folder: <c>&lt;dataset&gt;/&lt;interval&gt;/&lt;version&gt;/</c>. A version is written beside the others and renamed in as a whole, so a
/// directory under its final name is complete; a reader keeps the version that it opened. Appending gives the column files a second name in the new version
/// and writes behind the rows, where readers of earlier versions do not look. One writer at a time, over all processes. Thread-safe.
/// </summary>
public sealed class PanelStore
{
    private const string LockName = ".lock";
    private const string PartPrefix = ".part-";
    private readonly string _root;

    /// <summary>Serves a folder; it is created with the first panel.</summary>
    /// <param name="folder">Root of all panels, for example <c>panel</c> below the data root.</param>
    public PanelStore(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _root = Path.GetFullPath(folder);
    }

    /// <summary>Opens a version.</summary>
    /// <param name="dataset">Data set.</param>
    /// <param name="interval">Length of the bars.</param>
    /// <param name="version">The version; null = the newest.</param>
    /// <exception cref="PanelException"><c>PANEL_NOT_FOUND</c>, <c>PANEL_DAMAGED</c> or <c>PANEL_VERSION</c>.</exception>
    public OpenPanel Open(string dataset, PanelInterval interval, long? version)
    {
        string folder = FolderOf(dataset, interval);
        long newest = version ?? Newest(folder);
        string directory = Path.Combine(folder, Name(newest));
        if (newest == 0 || !Directory.Exists(directory))
        {
            throw new PanelException("PANEL_NOT_FOUND", $"There is no panel {dataset}/{interval}{(version is null ? "" : $" of version {version}")}.");
        }

        var files = new MappedPanelFiles(directory);
        try
        {
            return new OpenPanel(BarPanel.Open(files), files);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>A text that names one version of one data set on this machine, for caches.</summary>
    public string KeyOf(string dataset, PanelInterval interval, long version) => Path.Combine(FolderOf(dataset, interval), Name(version));

    /// <summary>Versions of a data set, ascending; empty when there is none.</summary>
    public IReadOnlyList<long> Versions(string dataset, PanelInterval interval) => Versions(FolderOf(dataset, interval));

    /// <summary>Writes a data set anew as the next version.</summary>
    /// <returns>The new version's manifest.</returns>
    /// <exception cref="PanelException"><c>PANEL_INPUT</c>, <c>PANEL_TOO_LARGE</c>, or <c>PANEL_CONFLICT</c>: another writer is at work.</exception>
    public PanelManifest Write(Table bars, PanelOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        string folder = FolderOf(options.Dataset, options.Interval);
        using FileStream held = Lock(folder);
        PanelDraft draft = PanelBuilder.Create(bars, options, Newest(folder) + 1);
        Commit(folder, draft, null, cancellationToken);
        return draft.Manifest;
    }

    /// <summary>Adds later bars as the next version; writes the data set when there is none. Repeating it with the same bars changes nothing.</summary>
    /// <returns>The manifest of the version that holds the bars.</returns>
    /// <exception cref="PanelException"><c>PANEL_CONFLICT</c>: a bar is not later than the last of its instrument, or another writer is at work; else as <see cref="Write"/>.</exception>
    public PanelManifest Append(Table bars, PanelOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        string folder = FolderOf(options.Dataset, options.Interval);
        using FileStream held = Lock(folder);
        long newest = Newest(folder);
        if (newest == 0)
        {
            PanelDraft first = PanelBuilder.Create(bars, options, 1);
            Commit(folder, first, null, cancellationToken);
            return first.Manifest;
        }

        using OpenPanel open = Open(options.Dataset, options.Interval, newest);
        PanelDraft draft;
        try
        {
            draft = PanelBuilder.Append(open.Panel, bars, options);
        }
        catch (PanelException e) when (e.Reason == "PANEL_CONFLICT" && PanelTable.Holds(open.Panel, bars))
        {
            // A step that is repeated finds its own bars: nothing is left to do.
            return open.Panel.Manifest;
        }

        Commit(folder, draft, Path.Combine(folder, Name(newest)), cancellationToken);
        return draft.Manifest;
    }

    /// <summary>Removes old versions; readers that have them open keep them.</summary>
    /// <param name="dataset">Data set.</param>
    /// <param name="interval">Length of the bars.</param>
    /// <param name="keep">Newest versions that stay, at least 1.</param>
    /// <returns>Versions removed.</returns>
    public int Prune(string dataset, PanelInterval interval, int keep)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        string folder = FolderOf(dataset, interval);
        using FileStream held = Lock(folder);
        long[] old = [.. Versions(folder).SkipLast(keep)];
        foreach (long version in old)
        {
            Directory.Delete(Path.Combine(folder, Name(version)), recursive: true);
        }

        return old.Length;
    }

    private static void Commit(string folder, PanelDraft draft, string? before, CancellationToken cancellationToken)
    {
        string part = Path.Combine(folder, PartPrefix + Name(draft.Manifest.Version));
        if (Directory.Exists(part))
        {
            // Left by a writer that died; the lock says that it is gone.
            Directory.Delete(part, recursive: true);
        }

        Directory.CreateDirectory(part);
        try
        {
            foreach (string field in draft.Columns)
            {
                string path = Path.Combine(part, PanelColumnFile.NameOf(field));
                if (draft.IsInPlace)
                {
                    TakeOver(Path.Combine(before!, PanelColumnFile.NameOf(field)), path);
                }

                using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
                draft.WriteColumn(field, stream, cancellationToken);
                stream.Flush(flushToDisk: true);
            }

            Save(Path.Combine(part, "calendar.bin"), draft.CalendarBytes);
            Save(Path.Combine(part, "instruments.json"), draft.InstrumentsBytes);
            Save(Path.Combine(part, "manifest.json"), draft.ManifestBytes);
            cancellationToken.ThrowIfCancellationRequested();
            Directory.Move(part, Path.Combine(folder, Name(draft.Manifest.Version)));
        }
        catch
        {
            Directory.Delete(part, recursive: true);
            throw;
        }
    }

    private static void TakeOver(string existing, string path)
    {
        if (!HardLink.TryCreate(existing, path))
        {
            File.Copy(existing, path);
        }
    }

    private static void Save(string path, ReadOnlyMemory<byte> content)
    {
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        stream.Write(content.Span);
        stream.Flush(flushToDisk: true);
    }

    private static FileStream Lock(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new PanelException("PANEL_CONFLICT", $"{Path.GetFileName(Path.GetDirectoryName(folder))}: another writer is at work on the data set; try again.");
        }
    }

    private string FolderOf(string dataset, PanelInterval interval) => PanelBuilder.IsDataset(dataset)
        ? Path.Combine(_root, dataset, interval.ToString())
        : throw new PanelException("PANEL_INPUT", $"`{dataset}` is no name of a data set: 1 to 63 of a-z, 0-9, `.`, `_`, `-`, the first a letter or digit.");

    private static long Newest(string folder) => Versions(folder) is [.., var last] ? last : 0;

    private static long[] Versions(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateDirectories(folder).Select(d => Number(Path.GetFileName(d))).Where(v => v > 0).Order()]
        : [];

    private static string Name(long version) => version.ToString("D8", CultureInfo.InvariantCulture);

    private static long Number(string name) =>
        name.Length == 8 && long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : 0;
}
