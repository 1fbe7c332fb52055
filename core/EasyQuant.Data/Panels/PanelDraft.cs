using System.Collections.Immutable;

namespace EasyQuant.Data;

/// <summary>
/// A version of a panel that is ready to be written: fresh, or a continuation of a version whose column files have room. Pure: the edge hands in the streams.
/// </summary>
public sealed class PanelDraft
{
    private readonly PanelRow[] _rows;

    internal PanelDraft(PanelManifest manifest, PanelCalendar calendar, PanelRow[] rows, bool isInPlace)
    {
        _rows = rows;
        IsInPlace = isInPlace;
        ImmutableArray<PanelInstrument> instruments =
            [.. rows.Select((row, i) => row.Describe(i, manifest.Fields)).OrderBy(i => i.Symbol)];
        CalendarBytes = calendar.ToBytes();
        InstrumentsBytes = InstrumentsJson.Write(instruments);
        Manifest = manifest with
        {
            InstrumentCount = rows.Length,
            SlotCount = calendar.Count,
            BarCount = rows.Sum(r => (long)r.Length),
            CalendarChecksum = PanelColumnFile.Checksum<byte>(0, CalendarBytes.Span),
            InstrumentsChecksum = PanelColumnFile.Checksum<byte>(0, InstrumentsBytes.Span),
        };
        ManifestBytes = PanelJson.Write(Manifest);
    }

    /// <summary>The manifest of the version.</summary>
    public PanelManifest Manifest { get; }

    /// <summary>
    /// True: the columns are those of the version before, and only the new bars are written behind each row, where no reader of that version looks.
    /// False: the columns are written whole.
    /// </summary>
    public bool IsInPlace { get; }

    /// <summary>Bars that the version adds to the one before.</summary>
    public long NewBarCount => _rows.Sum(r => (long)r.NewLength);

    /// <summary>Content of <c>manifest.json</c>.</summary>
    public ReadOnlyMemory<byte> ManifestBytes { get; }

    /// <summary>Content of <c>calendar.bin</c>.</summary>
    public ReadOnlyMemory<byte> CalendarBytes { get; }

    /// <summary>Content of <c>instruments.json</c>.</summary>
    public ReadOnlyMemory<byte> InstrumentsBytes { get; }

    /// <summary>Names of all columns, <see cref="PanelFields.Slot"/> first.</summary>
    public IEnumerable<string> Columns => Manifest.Fields.Prepend(PanelFields.Slot);

    /// <summary>Writes a column: the whole file into an empty stream, or in place the new bars into the stream of the file that exists.</summary>
    /// <param name="field">One of <see cref="Columns"/>.</param>
    /// <param name="stream">Seekable; grows to the full length, so that unused room stays a hole where the file system can have one.</param>
    /// <param name="cancellationToken">Stops between two rows.</param>
    public void WriteColumn(string field, Stream stream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        long length = PanelColumnFile.FileLength(field, _rows.Length, Manifest.Stride);
        if (stream.Length < length)
        {
            stream.SetLength(length);
        }

        if (!IsInPlace)
        {
            stream.Position = 0;
            PanelColumnFile.WriteHeader(stream, field, Manifest.Stride);
        }

        for (int i = 0; i < _rows.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int from = IsInPlace ? _rows[i].OldLength : 0;
            if (from < _rows[i].Length)
            {
                stream.Position = PanelColumnFile.PositionOf(field, i, Manifest.Stride, from);
                _rows[i].WriteTo(stream, field, withOld: !IsInPlace);
            }
        }
    }
}
