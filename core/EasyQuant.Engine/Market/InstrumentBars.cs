using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Bars of one instrument as columns over the axis of its panel: element t is the bar at time t. A time without a bar (not listed,
/// suspended, no trade) holds <see cref="Missing"/> in all price columns and 0 in the others; nothing is filled in. Prices are raw, in
/// units of the instrument's price scale. The memory handed in is neither copied nor modified and must not change: arrays and mapped
/// files serve alike. Immutable, thread-safe.
/// </summary>
public sealed class InstrumentBars
{
    /// <summary>Stands in price columns where there is no bar.</summary>
    public const long Missing = long.MinValue;

    /// <summary>The instrument; price scale 4 to 8, quantity scale 0 to 8.</summary>
    public required Instrument Instrument { get; init; }

    /// <summary>First prices.</summary>
    public required ReadOnlyMemory<long> Open { get; init; }

    /// <summary>Highest prices.</summary>
    public required ReadOnlyMemory<long> High { get; init; }

    /// <summary>Lowest prices.</summary>
    public required ReadOnlyMemory<long> Low { get; init; }

    /// <summary>Last prices.</summary>
    public required ReadOnlyMemory<long> Close { get; init; }

    /// <summary>Traded quantities, at least 0.</summary>
    public required ReadOnlyMemory<long> Volume { get; init; }

    /// <summary>Traded values in <see cref="Money"/> units, at least 0; empty (default) when unknown.</summary>
    public ReadOnlyMemory<long> Amount { get; init; }

    /// <summary>
    /// The exchange's reference price of each trading day (one element a day of the calendar, not a bar), from which price limits are computed; 0
    /// where unknown. Empty (default) takes the last close before the day, corrected for corporate actions of the day.
    /// </summary>
    public ReadOnlyMemory<long> PreviousClose { get; init; }

    /// <summary>1 for each trading day on which the instrument is suspended although bars may exist, else 0; empty (default) when a suspended day simply has no bar.</summary>
    public ReadOnlyMemory<byte> Suspended { get; init; }

    /// <summary>
    /// Adjustment factor of each trading day: price times factor is the backward-adjusted price (the factor of the first day is usually 1).
    /// Empty (default) when there is none. Never used for money.
    /// </summary>
    public ReadOnlyMemory<double> AdjustmentFactor { get; init; }

    /// <summary>True when there is a bar at time <paramref name="bar"/>.</summary>
    /// <param name="bar">0 to the length of the columns - 1.</param>
    public bool HasBar(int bar) => Close.Span[bar] != Missing;

    /// <summary>Returns the columns of the first bars and days.</summary>
    internal InstrumentBars Take(int barCount, int dayCount) => new()
    {
        Instrument = Instrument,
        Open = Open[..barCount],
        High = High[..barCount],
        Low = Low[..barCount],
        Close = Close[..barCount],
        Volume = Volume[..barCount],
        Amount = Amount.IsEmpty ? Amount : Amount[..barCount],
        PreviousClose = PreviousClose.IsEmpty ? PreviousClose : PreviousClose[..dayCount],
        Suspended = Suspended.IsEmpty ? Suspended : Suspended[..dayCount],
        AdjustmentFactor = AdjustmentFactor.IsEmpty ? AdjustmentFactor : AdjustmentFactor[..dayCount],
    };

    /// <summary>Says what is wrong with the columns; null when nothing is.</summary>
    internal string? Fault(int barCount, int dayCount)
    {
        if (Instrument.PriceScale is < Price.ShareScale or > 8 || Instrument.QuantityScale is < 0 or > 8)
        {
            return $"The price scale of {Instrument.Symbol} must be 4 to 8 and its quantity scale 0 to 8, were {Instrument.PriceScale} and {Instrument.QuantityScale}.";
        }

        if (Instrument.ShareSettlementDays is < 0 or > 1 || Instrument.LotMinimum < 1 || Instrument.LotStep < 1 || Instrument.Tick < 1)
        {
            return $"Lot, lot step and tick of {Instrument.Symbol} must be at least 1 and its settlement 0 or 1 days.";
        }

        bool fits = Open.Length == barCount && High.Length == barCount && Low.Length == barCount && Close.Length == barCount && Volume.Length == barCount
            && (Amount.IsEmpty || Amount.Length == barCount)
            && (PreviousClose.IsEmpty || PreviousClose.Length == dayCount)
            && (Suspended.IsEmpty || Suspended.Length == dayCount)
            && (AdjustmentFactor.IsEmpty || AdjustmentFactor.Length == dayCount);
        return fits ? null : $"The columns of {Instrument.Symbol} must have {barCount} elements (those by day {dayCount}).";
    }
}
