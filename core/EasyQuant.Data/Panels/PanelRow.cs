using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace EasyQuant.Data;

/// <summary>One instrument of a draft: the bars that exist and those that come.</summary>
internal sealed class PanelRow(InstrumentFacts facts)
{
    private ReadOnlyMemory<int> _oldSlots;
    private ReadOnlyMemory<int> _newSlots;
    private readonly Dictionary<string, (ReadOnlyMemory<long> Old, ReadOnlyMemory<long> New)> _values = new(StringComparer.Ordinal);
    private ImmutableSortedDictionary<string, uint> _oldChecksums = ImmutableSortedDictionary<string, uint>.Empty;

    public InstrumentFacts Facts { get; } = facts;

    public int OldLength => _oldSlots.Length;

    public int NewLength => _newSlots.Length;

    public int Length => OldLength + NewLength;

    public static PanelRow Existing(BarPanel panel, int instrument, InstrumentFacts facts)
    {
        var row = new PanelRow(facts) { _oldSlots = panel.Slots(instrument), _oldChecksums = panel.Instruments[instrument].Checksums };
        foreach (string field in panel.Manifest.Fields)
        {
            row._values[field] = (panel.Values(instrument, field), default);
        }

        return row;
    }

    /// <summary>Puts the bars that come; slots after all that exist.</summary>
    public void Add(ReadOnlyMemory<int> slots, Func<string, ReadOnlyMemory<long>> values, ImmutableArray<string> fields)
    {
        if (OldLength > 0 && slots.Length > 0 && slots.Span[0] <= _oldSlots.Span[^1])
        {
            throw new PanelException(
                "PANEL_CONFLICT", $"{Facts.Symbol}: bars come up to slot {_oldSlots.Span[^1]} already, and the first new one has slot {slots.Span[0]}; history is changed only by writing the data set anew.");
        }

        _newSlots = slots;
        foreach (string field in fields)
        {
            _values[field] = (_values.TryGetValue(field, out var known) ? known.Old : default, values(field));
        }
    }

    public PanelInstrument Describe(int row, ImmutableArray<string> fields)
    {
        var checksums = ImmutableSortedDictionary.CreateBuilder<string, uint>(StringComparer.Ordinal);
        checksums[PanelFields.Slot] = PanelColumnFile.Checksum(_oldChecksums.GetValueOrDefault(PanelFields.Slot), _newSlots.Span);
        foreach (string field in fields)
        {
            checksums[field] = PanelColumnFile.Checksum(_oldChecksums.GetValueOrDefault(field), _values[field].New.Span);
        }

        return new PanelInstrument { Symbol = Facts.Symbol, Row = row, Length = Length, Checksums = checksums.ToImmutable(), Facts = Facts };
    }

    public void WriteTo(Stream stream, string field, bool withOld)
    {
        if (field == PanelFields.Slot)
        {
            stream.Write(MemoryMarshal.AsBytes(withOld ? _oldSlots.Span : []));
            stream.Write(MemoryMarshal.AsBytes(_newSlots.Span));
            return;
        }

        stream.Write(MemoryMarshal.AsBytes(withOld ? _values[field].Old.Span : []));
        stream.Write(MemoryMarshal.AsBytes(_values[field].New.Span));
    }
}
