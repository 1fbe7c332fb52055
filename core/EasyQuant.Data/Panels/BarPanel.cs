using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>
/// Bars of many instruments, one column a field: a row is an instrument, and its bars lie side by side, oldest first. A slot of the calendar in which an
/// instrument has no bar is not in its <see cref="Slots"/>: missing is explicit, and no hole is filled. Immutable, thread-safe, shared by threads and, when
/// it is mapped, by processes. Valid until the files that it was opened from are disposed.
/// </summary>
public sealed class BarPanel
{
    /// <summary>A value that a bar does not have, such as the amount of a source without amounts. Prices are never missing.</summary>
    public const long Missing = long.MinValue;

    private readonly ReadOnlyMemory<int> _slots;
    private readonly ImmutableSortedDictionary<string, ReadOnlyMemory<long>> _columns;
    private readonly Lazy<string> _contentSha256;

    private BarPanel(
        PanelManifest manifest,
        PanelCalendar calendar,
        ImmutableArray<PanelInstrument> instruments,
        ReadOnlyMemory<int> slots,
        ImmutableSortedDictionary<string, ReadOnlyMemory<long>> columns)
    {
        Manifest = manifest;
        Calendar = calendar;
        Instruments = instruments;
        _slots = slots;
        _columns = columns;
        _contentSha256 = new Lazy<string>(ComputeSha256);
    }

    /// <summary>Scales, counts, checksums.</summary>
    public PanelManifest Manifest { get; }

    /// <summary>All slots.</summary>
    public PanelCalendar Calendar { get; }

    /// <summary>The instruments, ordered by symbol; their rows may be in another order.</summary>
    public ImmutableArray<PanelInstrument> Instruments { get; }

    /// <summary>
    /// SHA-256 over interval, scales, calendar, facts and the checksums of all rows, lower-case hexadecimal: equal content has equal text, wherever its rows
    /// lie and whatever its version. Computed once, without reading the columns.
    /// </summary>
    public string ContentSha256 => _contentSha256.Value;

    /// <summary>Opens a panel: reads the small files, checks their checksums and the headers of the columns; does not read the columns.</summary>
    /// <exception cref="PanelException"><c>PANEL_DAMAGED</c> or <c>PANEL_VERSION</c>.</exception>
    public static BarPanel Open(IPanelFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        PanelManifest manifest = PanelJson.ReadManifest(files.ReadAll("manifest.json").Span);
        ReadOnlyMemory<byte> calendarBytes = files.ReadAll("calendar.bin");
        ReadOnlyMemory<byte> instrumentBytes = files.ReadAll("instruments.json");
        Check("calendar.bin", manifest.CalendarChecksum, calendarBytes.Span);
        Check("instruments.json", manifest.InstrumentsChecksum, instrumentBytes.Span);
        PanelCalendar calendar = PanelCalendar.FromBytes(calendarBytes.Span);
        ImmutableArray<PanelInstrument> instruments = InstrumentsJson.Read(instrumentBytes.Span);
        CheckRows(manifest, calendar, instruments);
        return new BarPanel(
            manifest,
            calendar,
            instruments,
            files.Map<int>(PanelFields.Slot, manifest),
            manifest.Fields.ToImmutableSortedDictionary(f => f, f => files.Map<long>(f, manifest), StringComparer.Ordinal));
    }

    /// <summary>Finds an instrument; its position in <see cref="Instruments"/>, or -1.</summary>
    public int IndexOf(Symbol symbol)
    {
        int low = 0;
        int high = Instruments.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            int order = Instruments[middle].Symbol.CompareTo(symbol);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    /// <summary>Whether the panel has the column.</summary>
    public bool Has(string field) => _columns.ContainsKey(field);

    /// <summary>Calendar positions of an instrument's bars, strictly ascending. Not copied.</summary>
    /// <param name="instrument">Position in <see cref="Instruments"/>.</param>
    public ReadOnlyMemory<int> Slots(int instrument)
    {
        PanelInstrument row = Instruments[instrument];
        return _slots.Slice(row.Row * Manifest.Stride, row.Length);
    }

    /// <summary>One column of an instrument, in units of the column's scale, one element a bar; <see cref="Missing"/> where there is no value. Not copied.</summary>
    /// <param name="instrument">Position in <see cref="Instruments"/>.</param>
    /// <param name="field">A column of the panel.</param>
    /// <exception cref="PanelException"><c>PANEL_INPUT</c>: the panel has no such column.</exception>
    public ReadOnlyMemory<long> Values(int instrument, string field)
    {
        PanelInstrument row = Instruments[instrument];
        return _columns.TryGetValue(field, out ReadOnlyMemory<long> column)
            ? column.Slice(row.Row * Manifest.Stride, row.Length)
            : throw new PanelException("PANEL_INPUT", $"The panel has no column `{field}`; it has: {string.Join(", ", Manifest.Fields)}.");
    }

    /// <summary>Decimal places of a column's units.</summary>
    public int ScaleOf(string field) => field switch
    {
        BarTable.Volume => Manifest.QuantityScale,
        BarTable.Amount => Manifest.MoneyScale,
        BarTable.OpenInterest => 0,
        _ => Manifest.PriceScale,
    };

    /// <summary>Adjustment of an instrument as it was known on a date.</summary>
    public FactorSeries FactorsAsOf(int instrument, DateOnly asOf) => FactorSeries.AsOf(Instruments[instrument].Facts.Factors, asOf);

    /// <summary>Reads every bar and compares the checksums of the rows.</summary>
    /// <exception cref="PanelException"><c>PANEL_DAMAGED</c>, with symbol and column.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two rows.</exception>
    public void Verify(CancellationToken cancellationToken)
    {
        for (int i = 0; i < Instruments.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            CheckRow(i, PanelFields.Slot, PanelColumnFile.Checksum(0, Slots(i).Span));
            foreach (string field in Manifest.Fields)
            {
                CheckRow(i, field, PanelColumnFile.Checksum(0, Values(i, field).Span));
            }
        }
    }

    private void CheckRow(int instrument, string field, uint found)
    {
        PanelInstrument row = Instruments[instrument];
        if (!row.Checksums.TryGetValue(field, out uint stored) || stored != found)
        {
            throw new PanelException("PANEL_DAMAGED", $"{row.Symbol}: the checksum of {field} is {found:x8}, stored is {stored:x8}.");
        }
    }

    private static void Check(string name, uint stored, ReadOnlySpan<byte> bytes)
    {
        uint found = PanelColumnFile.Checksum(0, bytes);
        if (found != stored)
        {
            throw new PanelException("PANEL_DAMAGED", $"The checksum of {name} is {found:x8}, the manifest says {stored:x8}.");
        }
    }

    private static void CheckRows(PanelManifest manifest, PanelCalendar calendar, ImmutableArray<PanelInstrument> instruments)
    {
        if (calendar.Count != manifest.SlotCount || instruments.Length != manifest.InstrumentCount)
        {
            throw new PanelException(
                "PANEL_DAMAGED",
                $"The manifest says {manifest.InstrumentCount} instruments and {manifest.SlotCount} slots; there are {instruments.Length} and {calendar.Count}.");
        }

        for (int i = 0; i < instruments.Length; i++)
        {
            bool isOrdered = i == 0 || instruments[i - 1].Symbol.CompareTo(instruments[i].Symbol) < 0;
            if (!isOrdered || instruments[i].Row >= instruments.Length || instruments[i].Length > manifest.Stride)
            {
                throw new PanelException("PANEL_DAMAGED", $"instruments.json: {instruments[i].Symbol} is out of order, or its row or length is out of range.");
            }
        }
    }

    private string ComputeSha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(
            $"{Manifest.Interval} {Manifest.PriceScale} {Manifest.QuantityScale} {Manifest.MoneyScale} {string.Join(',', Manifest.Fields)}\n"));
        hash.AppendData(MemoryMarshal.AsBytes(Calendar.Days));
        hash.AppendData(MemoryMarshal.AsBytes(Calendar.Starts));
        hash.AppendData(InstrumentsJson.Write(Instruments.Select(i => i with { Row = 0 })));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
