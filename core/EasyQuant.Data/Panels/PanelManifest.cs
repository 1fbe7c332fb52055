using System.Collections.Immutable;

namespace EasyQuant.Data;

/// <summary>What a panel directory holds; the content of <c>manifest.json</c>.</summary>
public sealed record PanelManifest
{
    /// <summary>Newest format that is written and read.</summary>
    public const int FormatVersion = 1;

    /// <summary>Data set, <c>[a-z0-9][a-z0-9._-]{0,62}</c>.</summary>
    public required string Dataset { get; init; }

    /// <summary>Length of the bars.</summary>
    public required PanelInterval Interval { get; init; }

    /// <summary>Version of the data, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>Decimal places of price units, 0 to 8.</summary>
    public required int PriceScale { get; init; }

    /// <summary>Decimal places of volume units: 0 for shares, 8 for coins.</summary>
    public required int QuantityScale { get; init; }

    /// <summary>Decimal places of amount units, 0 to 8.</summary>
    public required int MoneyScale { get; init; }

    /// <summary>Rows of the columns.</summary>
    public required int InstrumentCount { get; init; }

    /// <summary>Slots of the calendar.</summary>
    public required int SlotCount { get; init; }

    /// <summary>Elements from one row to the next; a multiple of 16.</summary>
    public required int Stride { get; init; }

    /// <summary>Bars of all rows.</summary>
    public required long BarCount { get; init; }

    /// <summary>Columns beside <see cref="PanelFields.Slot"/>, in order.</summary>
    public required ImmutableArray<string> Fields { get; init; }

    /// <summary>CRC-32C of <c>calendar.bin</c>.</summary>
    public required uint CalendarChecksum { get; init; }

    /// <summary>CRC-32C of <c>instruments.json</c>, which holds the checksums of the rows.</summary>
    public required uint InstrumentsChecksum { get; init; }
}
