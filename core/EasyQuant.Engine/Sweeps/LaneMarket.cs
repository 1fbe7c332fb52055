using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// The market of one instrument as all lanes of a sweep see it: what a fixed quantity costs and what the rules say at every bar, computed once
/// with the terms, fees and limits that the matcher uses. Used by one thread at a time.
/// </summary>
internal sealed class LaneMarket(MarketPanel panel, BacktestSettings settings, RuleBook rules, RunPeriod period)
{
    private readonly TermsTable _terms = new(panel, settings, rules);
    private readonly FeeMath _fees = new(settings, new EntryList<FeeSums>());
    private readonly SignalBarReader _reader = new();
    private SignalBars _bars;
    private int _instrument = -1;
    private bool _isOpen;
    private bool _isUsable;

    /// <summary>Amounts a bar for the quantity of the last <see cref="TryPrepare"/>.</summary>
    public LaneTables Tables { get; } = new();

    /// <summary>States a bar for the quantity of the last <see cref="TryPrepare"/>; only when not <see cref="IsPlain"/>.</summary>
    public LaneRules Rules { get; } = new();

    /// <summary>True when every order fills in full at the next bar, cash permitting.</summary>
    public bool IsPlain { get; private set; }

    /// <summary>True when the run's settings are such that lanes can do it; otherwise every lane is the engine's.</summary>
    public static bool Serves(MarketPanel panel, BacktestSettings settings) =>
        settings.Accounts.IsEmpty
        && settings.Margin is null
        && settings.CashInterestPpm == 0
        && settings.FillRule is FillRule.NextOpen or FillRule.NextClose
        && settings.Slippage.Value == 0
        && !settings.FillsAtPriceLimit
        && panel.TickCount == 0
        && settings.WarmUpDays == 0
        && panel.Axis.Interval.IsDay;

    /// <summary>Takes the bars of an instrument.</summary>
    public SignalBars Load(int instrument)
    {
        InstrumentBars series = panel.Series[instrument];
        int first = panel.Axis.FirstBarOf(period.FirstDay);
        int end = panel.Axis.EndBarOf(period.EndDay - 1);
        _instrument = instrument;
        _bars = _reader.Read(series, first, end);
        Instrument one = series.Instrument;
        DateOnly lastDate = panel.Calendar.Days[period.EndDay - 1];
        _isOpen = !SettlementBook.IsNeeded(panel, settings, rules)
            && one.Currency == settings.BaseCurrency
            && !(one.DelistDate <= lastDate)
            && !panel.Actions.Any(action => action.Symbol == one.Symbol && action.EffectiveDate <= lastDate);
        Tables.Prepare(0, 0);
        return _bars;
    }

    /// <summary>Prepares the tables for a quantity; false when lanes of the instrument are the engine's.</summary>
    /// <param name="quantity">At least 1.</param>
    public bool TryPrepare(long quantity)
    {
        if (!_isOpen)
        {
            return false;
        }

        if (Tables.Quantity == quantity)
        {
            return _isUsable;
        }

        InstrumentBars series = panel.Series[_instrument];
        _terms.Forget(_instrument);
        TradingTerms first = _terms.Of(_instrument, period.FirstDay);
        ReadOnlySpan<long> prices = (settings.FillRule == FillRule.NextOpen ? _bars.Open : _bars.Close).Span;
        IsPlain = !settings.ExchangeRules
            && IsConstant(first, series.Instrument.Board, quantity)
            && series.Suspended.IsEmpty
            && first.Buy.TransferPerThousand == 0
            && first.FloorBuy(quantity, false) == quantity
            && (settings.SuspensionPolicy == SuspensionPolicy.Rest || !_reader.HasGaps)
            && Tables.TryMake(prices, quantity, Divisor(series.Instrument), FeesOf(first.Buy), FeesOf(first.Sell))
            && Tables.SellGain.IndexOfAnyInRange(long.MinValue, -1) < 0;
        _isUsable = IsPlain || TryPrepareRuled(series, prices, quantity);
        return _isUsable;
    }

    /// <summary>Value of the held quantity at the last close.</summary>
    public long LastValue() => _bars.Close.IsEmpty
        ? 0
        : ScaledMath.MulDivHalfUp(_bars.Close.Span[^1], Tables.Quantity, Divisor(panel.Series[_instrument].Instrument));

    private static long Divisor(Instrument one) => ScaledDecimal.PowerOfTen(one.PriceScale + one.QuantityScale - Money.Scale);

    private LaneFees FeesOf(FeeRates rates) => new(
        rates.CommissionPpm, settings.CommissionMinimum.Units, rates.StampDutyPpm, rates.TransferFeePpm, settings.FeeIncrement.Units);

    /// <summary>True when lots and fees of the period are those of its first day.</summary>
    private bool IsConstant(TradingTerms first, Board board, long quantity)
    {
        DateOnly date = panel.Calendar.Days[period.FirstDay];
        while (rules.NextChangeAfter(board, date) is { } change)
        {
            date = change;
            int index = panel.Calendar.Days.BinarySearch(change);
            int day = index >= 0 ? index : ~index;
            if (day >= period.EndDay)
            {
                break;
            }

            TradingTerms terms = _terms.Of(_instrument, day);
            if (terms.Buy != first.Buy || terms.Sell != first.Sell || terms.FloorBuy(quantity, false) != quantity)
            {
                return false;
            }
        }

        return true;
    }

    private bool TryPrepareRuled(InstrumentBars series, ReadOnlySpan<long> prices, long quantity)
    {
        int count = prices.Length;
        (Memory<long> costs, Memory<long> gains) = Tables.Prepare(count, quantity);
        Rules.Reset(count);
        long divisor = Divisor(series.Instrument);
        ReadOnlySpan<int> days = panel.Axis.Days.Span;
        bool isWhole = settings.SuspensionPolicy == SuspensionPolicy.Rest || !_reader.HasGaps;
        int next = count;
        for (int bar = count - 1; bar >= 0; bar--)
        {
            next = Trades(series, bar, days[_reader.TimeOf(bar)]) ? bar : next;
            isWhole &= next == bar || settings.SuspensionPolicy == SuspensionPolicy.Rest;
            Rules.NextTradable[bar] = next;
        }

        OrderEntry order = default;
        _terms.Forget(_instrument);
        for (int bar = 0; bar < count; bar++)
        {
            int day = days[_reader.TimeOf(bar)];
            TradingTerms terms = _terms.Of(_instrument, day);
            long price = prices[bar];
            LaneBarState common = State(price, quantity, divisor, bar, terms, series);
            ref readonly DayLimits limits = ref _terms.LimitsOf(_instrument, day);
            bool hasLimit = limits.Source is not null && price > 0;
            Rules.Buy[bar] = hasLimit && price >= limits.Upper - terms.Tick ? LaneBarState.Refused : common;
            Rules.Sell[bar] = hasLimit && price <= limits.Lower + terms.Tick ? LaneBarState.Refused : common;
            if (common == LaneBarState.Fills)
            {
                long value = ScaledMath.MulDivHalfUp(price, quantity, divisor);
                costs.Span[bar] = checked(value + _fees.Total(order, terms.Buy, value, quantity));
                gains.Span[bar] = checked(value - _fees.Total(order, terms.Sell, value, quantity));
                Rules.Sell[bar] = gains.Span[bar] < 0 && Rules.Sell[bar] == LaneBarState.Fills ? LaneBarState.Other : Rules.Sell[bar];
            }
        }

        return isWhole;
    }

    private bool Trades(InstrumentBars series, int bar, int day) =>
        (series.Suspended.IsEmpty || series.Suspended.Span[day] == 0)
        && (!settings.ExchangeRules || _bars.Volume.Span[bar] > 0 || series.Instrument.Board is Board.Index or Board.Other);

    /// <summary>What happens to an order of the quantity in either direction, price limits left out.</summary>
    private LaneBarState State(long price, long quantity, long divisor, int bar, TradingTerms terms, InstrumentBars series)
    {
        long volume = _bars.Volume.Span[bar];
        long cap = settings.ExchangeRules ? settings.VolumeCapPpm ?? 0 : 0;
        bool isCapped = cap > 0
            && !(volume == 0 && series.Instrument.Board is Board.Index or Board.Other)
            && (Int128)volume * cap / 1_000_000 < quantity;
        // Far beyond any cash of a run; the engine says what happens then.
        bool isHuge = (Int128)price * quantity / divisor > long.MaxValue / 8;
        return price <= 0 || isCapped || isHuge || terms.FloorBuy(quantity, false) != quantity ? LaneBarState.Other : LaneBarState.Fills;
    }
}
