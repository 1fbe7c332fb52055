namespace EasyQuant.Data;

/// <summary>The files of a panel in memory: for one process and for panels that need not stay. Immutable after construction, thread-safe.</summary>
public sealed class MemoryPanelFiles : IPanelFiles
{
    private readonly PanelDraft _draft;
    private readonly Dictionary<string, byte[]> _columns = new(StringComparer.Ordinal);

    /// <summary>Writes a draft into memory.</summary>
    /// <param name="draft">A fresh draft, not one in place.</param>
    /// <param name="cancellationToken">Stops between two rows.</param>
    /// <exception cref="ArgumentException">The draft continues files that exist.</exception>
    /// <exception cref="PanelException"><c>PANEL_TOO_LARGE</c>: a column exceeds 2 GiB.</exception>
    public MemoryPanelFiles(PanelDraft draft, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (draft.IsInPlace)
        {
            throw new ArgumentException("A draft in place belongs into the files that it continues.", nameof(draft));
        }

        _draft = draft;
        foreach (string field in draft.Columns)
        {
            long length = PanelColumnFile.FileLength(field, draft.Manifest.InstrumentCount, draft.Manifest.Stride);
            if (length > Array.MaxLength)
            {
                throw new PanelException("PANEL_TOO_LARGE", $"Column {field} has {length} bytes; in memory at most {Array.MaxLength}.");
            }

            var bytes = new byte[length];
            draft.WriteColumn(field, new MemoryStream(bytes), cancellationToken);
            _columns[field] = bytes;
        }
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ReadAll(string name) => name switch
    {
        "manifest.json" => _draft.ManifestBytes,
        "calendar.bin" => _draft.CalendarBytes,
        "instruments.json" => _draft.InstrumentsBytes,
        _ => throw new PanelException("PANEL_DAMAGED", $"There is no file {name}."),
    };

    /// <inheritdoc/>
    public ReadOnlyMemory<T> Map<T>(string field, PanelManifest manifest)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(manifest);
        byte[] bytes = _columns[field];
        PanelColumnFile.CheckHeader(bytes, field, manifest, bytes.Length);
        return new CastMemoryManager<T>(bytes.AsMemory(PanelColumnFile.HeaderLength)).Memory;
    }
}
