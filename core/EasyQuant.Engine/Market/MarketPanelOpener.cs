using System.Collections.Immutable;
using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Makes a market of a panel on disk: columns are read where they lie. What does not fit as it is is copied: prices of a scale below 4, amounts of
/// another scale than money, and columns in which values are missing (which become 0: amount unknown, and no volume of an index or another
/// instrument that needs none; a missing volume of a share is an error).
/// </summary>
public static class MarketPanelOpener
{
    /// <summary>Makes the market. It is valid as long as the panel is.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="actions">Corporate actions; those of symbols that the panel lacks are refused. Left out, they are those of the panel's facts.</param>
    /// <param name="exchangeRates">Rates of foreign currencies by trading day of the panel.</param>
    /// <exception cref="ArgumentException">The panel holds no instrument, or an action does not fit.</exception>
    /// <exception cref="BarTableException">VALUE_MISSING: a bar of a share has no volume; names symbol and start.</exception>
    public static MarketPanel Open(
        BarPanel panel, ImmutableArray<CorporateAction> actions = default, ImmutableArray<FxRates> exchangeRates = default)
    {
        ArgumentNullException.ThrowIfNull(panel);
        int[] dayOfSlot = new int[panel.Calendar.Count];
        List<DateOnly> days = [];
        for (int slot = 0; slot < dayOfSlot.Length; slot++)
        {
            DateOnly day = EpochDays.ToDate(panel.Calendar.Days[slot]);
            if (days.Count == 0 || days[^1] != day)
            {
                days.Add(day);
            }

            dayOfSlot[slot] = days.Count - 1;
        }

        TradingCalendar calendar = TradingCalendar.FromDays(days);
        BarAxis axis = panel.Manifest.Interval.IsDay
            ? BarAxis.Daily(calendar)
            : new BarAxis(panel.Manifest.Interval, panel.Calendar.StartMemory, dayOfSlot);
        ImmutableArray<InstrumentBars> series =
            [.. Enumerable.Range(0, panel.Instruments.Length).Select(instrument => SeriesOf(panel, instrument, calendar, dayOfSlot))];
        // The hash of a panel covers its facts.
        string? hash = actions.IsDefault && exchangeRates.IsDefaultOrEmpty ? panel.ContentSha256 : null;
        ImmutableArray<CorporateAction> known = actions.IsDefault ? [.. panel.Instruments.SelectMany(instrument => instrument.Facts.Actions)] : actions;
        return new MarketPanel(calendar, axis, series, known, exchangeRates, hash);
    }

    private static InstrumentBars SeriesOf(BarPanel panel, int instrument, TradingCalendar calendar, int[] dayOfSlot)
    {
        InstrumentFacts facts = panel.Instruments[instrument].Facts;
        PanelManifest manifest = panel.Manifest;
        int scale = Math.Max(Price.ShareScale, manifest.PriceScale);
        long factor = ScaledDecimal.PowerOfTen(scale - manifest.PriceScale);
        ReadOnlyMemory<int> slots = panel.Slots(instrument);
        bool isFull = slots.Length == dayOfSlot.Length;
        return new InstrumentBars
        {
            Instrument = new Instrument(facts.Symbol, facts.Board, scale, facts.Name, ListDate: facts.ListDate)
            {
                DelistDate = facts.DelistDate,
                LotMinimum = facts.LotSize,
                LotStep = facts.LotSize,
                Tick = facts.Tick * factor,
                QuantityScale = manifest.QuantityScale,
                Currency = facts.Currency,
                SpecialTreatmentPeriods = facts.SpecialTreatment,
            },
            Slots = isFull ? default : slots,
            Open = Scaled(panel.Values(instrument, BarTable.Open), factor),
            High = Scaled(panel.Values(instrument, BarTable.High), factor),
            Low = Scaled(panel.Values(instrument, BarTable.Low), factor),
            Close = Scaled(panel.Values(instrument, BarTable.Close), factor),
            Volume = Volumes(panel, instrument, facts),
            Amount = Amounts(panel, instrument),
            PreviousClose = PreviousCloses(panel, instrument, calendar.Count, dayOfSlot, factor),
            Suspended = Suspensions(facts, calendar),
            AdjustmentFactor = Factors(panel, instrument, calendar),
        };
    }

    private static ReadOnlyMemory<long> Scaled(ReadOnlyMemory<long> prices, long factor)
    {
        if (factor == 1)
        {
            return prices;
        }

        long[] scaled = prices.ToArray();
        for (int i = 0; i < scaled.Length; i++)
        {
            scaled[i] = checked(scaled[i] * factor);
        }

        return scaled;
    }

    private static ReadOnlyMemory<long> WithoutMissing(ReadOnlyMemory<long> values)
    {
        if (!values.Span.Contains(BarPanel.Missing))
        {
            return values;
        }

        long[] filled = values.ToArray();
        filled.AsSpan().Replace(BarPanel.Missing, 0);
        return filled;
    }

    private static ReadOnlyMemory<long> Volumes(BarPanel panel, int instrument, InstrumentFacts facts)
    {
        ReadOnlyMemory<long> volumes = panel.Values(instrument, BarTable.Volume);
        int row = volumes.Span.IndexOf(BarPanel.Missing);
        if (row < 0 || facts.Board is Board.Index or Board.Other)
        {
            return WithoutMissing(volumes);
        }

        int slot = panel.Slots(instrument).Span[row];
        throw new BarTableException(
            "VALUE_MISSING",
            $"The bar of {facts.Symbol} on {EpochDays.ToDate(panel.Calendar.Days[slot]):O} (row {row}) has no volume; a bar on which nothing was traded has 0. Fill or drop it.");
    }

    /// <summary>Amounts in money units; none when not one bar has an amount.</summary>
    private static ReadOnlyMemory<long> Amounts(BarPanel panel, int instrument)
    {
        ReadOnlyMemory<long> amounts = panel.Values(instrument, BarTable.Amount);
        if (!amounts.Span.ContainsAnyExcept(BarPanel.Missing))
        {
            return default;
        }

        amounts = WithoutMissing(amounts);
        int scale = panel.Manifest.MoneyScale;
        return scale <= Money.Scale
            ? Scaled(amounts, ScaledDecimal.PowerOfTen(Money.Scale - scale))
            : amounts.ToArray().Select(amount => ScaledMath.MulDivHalfUp(amount, 1, ScaledDecimal.PowerOfTen(scale - Money.Scale))).ToArray();
    }

    /// <summary>Reference prices by day, from the first bar of each day; none when the panel has no such column.</summary>
    private static ReadOnlyMemory<long> PreviousCloses(BarPanel panel, int instrument, int dayCount, int[] dayOfSlot, long factor)
    {
        if (!panel.Has(BarTable.PreClose))
        {
            return default;
        }

        ReadOnlySpan<long> values = panel.Values(instrument, BarTable.PreClose).Span;
        ReadOnlySpan<int> slots = panel.Slots(instrument).Span;
        long[] result = new long[dayCount];
        for (int row = values.Length - 1; row >= 0; row--)
        {
            result[dayOfSlot[slots[row]]] = values[row] == BarPanel.Missing ? 0 : checked(values[row] * factor);
        }

        return result;
    }

    private static ReadOnlyMemory<byte> Suspensions(InstrumentFacts facts, TradingCalendar calendar) => facts.Suspensions.IsEmpty
        ? default
        : calendar.Days.Select(day => facts.Suspensions.Any(period => period.Contains(day)) ? (byte)1 : (byte)0).ToArray();

    private static ReadOnlyMemory<double> Factors(BarPanel panel, int instrument, TradingCalendar calendar)
    {
        if (panel.Instruments[instrument].Facts.Factors.IsEmpty)
        {
            return default;
        }

        FactorSeries factors = panel.FactorsAsOf(instrument, DateOnly.MaxValue);
        return calendar.Days.Select(day => (double)factors.At(EpochDays.FromDate(day)) / AdjustmentFactor.One).ToArray();
    }
}
