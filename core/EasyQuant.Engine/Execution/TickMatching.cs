using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Which orders match on ticks and which at bars, and the tick that is being matched. One thread, does not allocate per tick.</summary>
internal sealed class TickMatching
{
    private readonly TradingCore _core;
    private readonly TickSequence _sequence;
    private readonly int[] _lastBar;
    private BarPrices _buyPrices;
    private BarPrices _sellPrices;
    private int _instrument;
    private long _time;

    public TickMatching(TradingCore core)
    {
        _core = core;
        _sequence = core.Panel.Ticks!;
        _lastBar = new int[core.Panel.Series.Length];
        Array.Fill(_lastBar, -1);
    }

    /// <summary>Position of the tick that is being matched, from 1; 0 outside.</summary>
    public int Current { get; private set; }

    /// <summary>Begins to match a tick; false when nothing can trade on it: a quote under exchange rules, or a suspended day.</summary>
    public bool Begin(int position, int instrument, in Tick tick, int bar)
    {
        InstrumentBars series = _core.Panel.Series[instrument];
        bool isSuspended = !series.Suspended.IsEmpty && series.Suspended.Span[_core.Day] != 0;
        bool needsVolume = _core.Settings.ExchangeRules && series.Instrument.Board is not (Board.Index or Board.Other);
        if (isSuspended || (needsVolume && tick.Volume.Units == 0) || _core.IsGone(instrument))
        {
            return false;
        }

        bool isFirst = bar == _core.FirstBarOfDay && _lastBar[instrument] != bar;
        _lastBar[instrument] = bar;
        bool isAuction = _core.Settings.AuctionPolicy == AuctionPolicy.BarOfDay || AuctionSessions.IsOpening(series.Instrument, tick.Time);
        _buyPrices = new BarPrices(tick, OrderSide.Buy, isFirst, isAuction);
        _sellPrices = new BarPrices(tick, OrderSide.Sell, isFirst, isAuction);
        _instrument = instrument;
        _time = _sequence.TimeOf(position);
        Current = position + 1;
        return true;
    }

    /// <summary>Ends the tick.</summary>
    public void End() => Current = 0;

    /// <summary>What an order of a side meets at the tick.</summary>
    public ref readonly BarPrices PricesFor(OrderSide side) => ref side == OrderSide.Buy ? ref _buyPrices : ref _sellPrices;

    /// <summary>True when an order matches on the tick: it was given before the time of the tick and does not wait for a bar.</summary>
    public bool Matches(in OrderEntry order) =>
        order.Instrument == _instrument
        && !WaitsForBar(order)
        && (order.SubmitTick == 0 || _sequence.TimeOf(order.SubmitTick - 1) < _time);

    /// <summary>True when an order matches at a bar: it was given before the bar began, and its instrument did not trade on ticks within it or the order waits for a bar.</summary>
    public bool MatchesAtBar(in OrderEntry order, int bar) =>
        order.SubmitBar < bar && (_lastBar[order.Instrument] != bar || WaitsForBar(order));

    /// <summary>On close, and market orders under a fill rule that names a price of a bar.</summary>
    private bool WaitsForBar(in OrderEntry order) =>
        order.Type == OrderType.MarketOnClose || (order.Type == OrderType.Market && _core.Settings.FillRule != FillRule.NextOpen);
}
