using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Bars of one instrument as columns of one length, oldest first; <see cref="Slots"/> says at which times of the panel's axis they are. A time without a
/// bar (not listed, suspended, no trade) has no row; nothing is filled in. Prices are raw, in units of the instrument's price scale. The memory handed in
/// is neither copied nor modified and must not change: arrays and mapped files serve alike. Immutable, thread-safe.
/// </summary>
public sealed class InstrumentBars
{
    /// <summary>The instrument; price scale 4 to 8, quantity scale 0 to 8.</summary>
    public required Instrument Instrument { get; init; }

    /// <summary>Position of each bar in the panel's axis, strictly ascending. Empty (default) when there is a bar at every time of the axis: row is time.</summary>
    public ReadOnlyMemory<int> Slots { get; init; }

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

    /// <summary>Ticks between and within the bars; null (default) when there are none. Orders of the instrument then fill on ticks, see docs/adr/0011.</summary>
    public InstrumentTicks? Ticks { get; init; }

    /// <summary>Number of bars.</summary>
    public int Count => Close.Length;

    /// <summary>True when there is a bar at every time of the axis: row t is the bar at time t.</summary>
    public bool IsFull => Slots.IsEmpty;

    /// <summary>Returns the row of the bar at time <paramref name="bar"/>, or -1 when there is none.</summary>
    /// <param name="bar">0 to the count of the axis - 1.</param>
    public int RowAt(int bar)
    {
        int row = RowFrom(bar);
        return row < Count && (IsFull || Slots.Span[row] == bar) ? row : -1;
    }

    /// <summary>Returns the first row whose time is not before <paramref name="bar"/>; <see cref="Count"/> when there is none.</summary>
    /// <param name="bar">0 to the count of the axis.</param>
    public int RowFrom(int bar)
    {
        if (IsFull)
        {
            return Math.Min(bar, Count);
        }

        int row = Slots.Span.BinarySearch(bar);
        return row >= 0 ? row : ~row;
    }

    /// <summary>Returns the bars with ticks beside them; columns are shared.</summary>
    /// <param name="ticks">The ticks; null for none.</param>
    public InstrumentBars WithTicks(InstrumentTicks? ticks) => new()
    {
        Instrument = Instrument,
        Slots = Slots,
        Open = Open,
        High = High,
        Low = Low,
        Close = Close,
        Volume = Volume,
        Amount = Amount,
        PreviousClose = PreviousClose,
        Suspended = Suspended,
        AdjustmentFactor = AdjustmentFactor,
        Ticks = ticks,
    };

    /// <summary>Returns the bars before <paramref name="barCount"/> and the days before <paramref name="dayCount"/>.</summary>
    internal InstrumentBars Take(int barCount, int dayCount)
    {
        int rowCount = RowFrom(barCount);
        return new()
        {
            Instrument = Instrument,
            Slots = IsFull ? Slots : Slots[..rowCount],
            Open = Open[..rowCount],
            High = High[..rowCount],
            Low = Low[..rowCount],
            Close = Close[..rowCount],
            Volume = Volume[..rowCount],
            Amount = Amount.IsEmpty ? Amount : Amount[..rowCount],
            PreviousClose = PreviousClose.IsEmpty ? PreviousClose : PreviousClose[..dayCount],
            Suspended = Suspended.IsEmpty ? Suspended : Suspended[..dayCount],
            AdjustmentFactor = AdjustmentFactor.IsEmpty ? AdjustmentFactor : AdjustmentFactor[..dayCount],
            Ticks = Ticks?.Take(barCount),
        };
    }

    /// <summary>Says what is wrong with the columns; null when nothing is.</summary>
    internal string? Fault(int barCount, int dayCount)
    {
        if (Instrument.PriceScale is < Price.ShareScale or > 8 || Instrument.QuantityScale is < 0 or > 8)
        {
            return $"The price scale of {Instrument.Symbol} must be 4 to 8 and its quantity scale 0 to 8, were {Instrument.PriceScale} and {Instrument.QuantityScale}.";
        }

        if (Instrument.ShareSettlementDays is < 0 or > Instrument.SettlementDaysMax || Instrument.CashSettlementDays is < 0 or > Instrument.SettlementDaysMax
            || Instrument.LotMinimum < 1 || Instrument.LotStep < 1 || Instrument.Tick < 1)
        {
            return $"Lot, lot step and tick of {Instrument.Symbol} must be at least 1 and its settlements 0 to {Instrument.SettlementDaysMax} days.";
        }

        int count = Count;
        bool fits = Open.Length == count && High.Length == count && Low.Length == count && Volume.Length == count
            && (Amount.IsEmpty || Amount.Length == count)
            && (Slots.IsEmpty ? count == barCount || count == 0 : Slots.Length == count)
            && (PreviousClose.IsEmpty || PreviousClose.Length == dayCount)
            && (Suspended.IsEmpty || Suspended.Length == dayCount)
            && (AdjustmentFactor.IsEmpty || AdjustmentFactor.Length == dayCount);
        return fits
            ? FaultOfSlots(barCount)
            : $"The columns of {Instrument.Symbol} must have one length ({count}): that of its slots, or {barCount} without slots; those by day {dayCount}.";
    }

    private string? FaultOfSlots(int barCount)
    {
        ReadOnlySpan<int> slots = Slots.Span;
        for (int i = 0; i < slots.Length; i++)
        {
            if (slots[i] < 0 || slots[i] >= barCount || (i > 0 && slots[i] <= slots[i - 1]))
            {
                return $"The slots of {Instrument.Symbol} must ascend within 0 to {barCount - 1}; element {i} is {slots[i]}.";
            }
        }

        return null;
    }
}
