using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>One row of a panel: what is known about an instrument, and how many bars it has.</summary>
public sealed record PanelInstrument
{
    /// <summary>Canonical symbol.</summary>
    public required Symbol Symbol { get; init; }

    /// <summary>Row in the columns, from 0.</summary>
    public required int Row { get; init; }

    /// <summary>Bars of the row, 0 to the stride.</summary>
    public required int Length { get; init; }

    /// <summary>CRC-32C of the row's bars in each column, by column name.</summary>
    public required ImmutableSortedDictionary<string, uint> Checksums { get; init; }

    /// <summary>What is known beside the bars.</summary>
    public required InstrumentFacts Facts { get; init; }
}
