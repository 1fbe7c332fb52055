using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Matches resting orders against bars. The steps for one order: 1 does the instrument trade; 2 does its type trade at this bar, and at which
/// price; 3 is its side closed by the price limit; 4 slippage; 5 quantity: lots, volume, position and settlement, cash or margin; 6 fees and booking; 7 its pair.
/// Does not allocate per bar.
/// </summary>
internal sealed class Matcher(TradingCore core)
{
    private readonly BacktestSettings _settings = core.Settings;
    private readonly Ledger _ledger = core.Ledger;
    private readonly OrderBook _orders = core.Orders;
    private readonly QuantityRules _quantities = new(core);
    private readonly TickMatching? _ticks = core.Panel.TickCount > 0 ? new TickMatching(core) : null;
    private readonly FeeMath _fees = new(core.Settings, core.FeeSums);

    /// <summary>Matches all orders that were given before <paramref name="bar"/>, in order of submission.</summary>
    public void MatchAll(int bar)
    {
        int count = _orders.OpenCount;
        for (int i = 0; i < count; i++)
        {
            int index = _orders.OpenAt(i);
            if (_ticks is null || _ticks.MatchesAtBar(_orders[index], bar))
            {
                MatchOne(index, bar);
            }
        }

        if (count > 0)
        {
            _orders.Keep();
        }
    }

    /// <summary>Matches the orders of an instrument against a tick, in order of submission; those that were given at its time wait for a later one.</summary>
    public void MatchTick(int position, int instrument, in Tick tick, int bar)
    {
        if (_ticks is null || !_ticks.Begin(position, instrument, tick, bar))
        {
            return;
        }

        int count = _orders.OpenCount;
        for (int i = 0; i < count; i++)
        {
            int index = _orders.OpenAt(i);
            ref OrderEntry order = ref _orders[index];
            if (order.State == OrderState.Resting && _ticks.Matches(order))
            {
                MatchPrices(index, ref order, _ticks.PricesFor(order.Side), bar);
            }
        }

        _ticks.End();
        _orders.Keep();
    }

    /// <summary>Matches the market orders given at <paramref name="bar"/> at its close, for <see cref="FillRule.SameClose"/>.</summary>
    public void MatchSameClose(int bar)
    {
        int count = _orders.OpenCount;
        for (int i = 0; i < count; i++)
        {
            int index = _orders.OpenAt(i);
            ref OrderEntry order = ref _orders[index];
            if (order.SubmitBar == bar && order.Type == OrderType.Market && core.RowAt(order.Instrument, bar) >= 0)
            {
                MatchOne(index, bar);
            }
        }

        if (count > 0)
        {
            _orders.Keep();
        }
    }

    /// <summary>True when orders of the instrument can trade at the bar of a row; false for row -1.</summary>
    public bool Trades(int instrument, int row)
    {
        InstrumentBars series = core.Panel.Series[instrument];
        return row >= 0
            && (series.Suspended.IsEmpty || series.Suspended.Span[core.Day] == 0)
            && (!_settings.ExchangeRules || series.Volume.Span[row] > 0 || series.Instrument.Board is Board.Index or Board.Other);
    }

    /// <summary>Matches one order that was given before <paramref name="bar"/>.</summary>
    public void MatchOne(int index, int bar)
    {
        ref OrderEntry order = ref _orders[index];
        if (order.State != OrderState.Resting)
        {
            return;
        }

        int row = core.RowAt(order.Instrument, bar);
        if (!Trades(order.Instrument, row))
        {
            EndUntraded(index, ref order);
            return;
        }

        InstrumentBars series = core.Panel.Series[order.Instrument];
        MatchPrices(index, ref order, PricesAt(series, row, bar), bar);
    }

    private BarPrices PricesAt(InstrumentBars series, int row, int bar)
    {
        bool isFirst = bar == core.FirstBarOfDay;
        bool isLast = bar == core.LastBarOfDay;
        bool isAuction = _settings.AuctionPolicy == AuctionPolicy.BarOfDay
            || (isFirst && AuctionSessions.IsOpening(series.Instrument, core.Panel.Axis, bar))
            || (isLast && AuctionSessions.IsClosing(series.Instrument, core.Panel.Axis, bar));
        return new BarPrices(series, row, isFirst, isLast, isAuction);
    }

    private void MatchPrices(int index, ref OrderEntry order, in BarPrices prices, int bar)
    {
        if (!OrderPricing.Trades(ref order, prices, _settings, _ledger.ValueDivisor(order.Instrument), out long price)
            || YieldsToStop(order, prices, price))
        {
            EndImmediate(index, ref order, order.BoundBy ?? BoundReasons.TimeInForce);
            return;
        }

        if (price <= 0)
        {
            _orders.End(index, OrderState.Rejected, BoundReasons.NoPrice);
            return;
        }

        Execute(index, ref order, prices, price, bar);
    }

    private void Execute(int index, ref OrderEntry order, in BarPrices prices, long price, int bar)
    {
        bool isTaker = OrderPricing.IsTaker(order.Type);
        ref readonly DayLimits limits = ref core.Terms.LimitsOf(order.Instrument, core.Day);
        TradingTerms terms = core.Terms.Of(order.Instrument, core.Day);
        if (limits.Source is not null && IsClosed(order.Side, price, terms.Tick, limits))
        {
            order.BoundBy = limits.Source;
            if (isTaker)
            {
                EndShort(index, ref order, limits.Source);
            }
            else
            {
                EndImmediate(index, ref order, limits.Source);
            }

            return;
        }

        QuantityAnswer answer = _quantities.BeforeCash(order, prices, VolumeKey(bar), terms);
        long slipped = price;
        if (isTaker && answer.Quantity > 0)
        {
            slipped = SlippageMath.Apply(_settings.Slippage, order.Side, price, answer.Quantity, prices.Volume, terms.Tick, limits);
        }

        FeeRates rates = order.Side == OrderSide.Buy ? terms.Buy : terms.Sell;
        answer = _quantities.AfterCash(order, answer, slipped, rates, terms, _fees);
        if (order.TimeInForce == TimeInForce.FillOrKill && answer.Quantity < order.Quantity)
        {
            _orders.End(index, OrderState.Rejected, answer.BoundBy ?? BoundReasons.TimeInForce);
            return;
        }

        if (answer.Quantity > 0)
        {
            Book(index, ref order, rates, slipped, Math.Abs(slipped - price), answer.Quantity, bar);
        }

        Finish(index, ref order, answer, isTaker);
    }

    private void Finish(int index, ref OrderEntry order, in QuantityAnswer answer, bool isTaker)
    {
        if (order.FilledQuantity == order.Quantity)
        {
            _orders.End(index, OrderState.Filled, null);
        }
        else if (answer.IsByVolume && !isTaker && order.TimeInForce != TimeInForce.ImmediateOrCancel)
        {
            order.BoundBy = answer.BoundBy;
        }
        else
        {
            EndShort(index, ref order, answer.BoundBy);
        }
    }

    /// <summary>Ends an order for less than it asked.</summary>
    private void EndShort(int index, ref OrderEntry order, string? boundBy) =>
        _orders.End(index, order.FilledQuantity > 0 ? OrderState.Clipped : OrderState.Rejected, boundBy);

    /// <summary>Ends an order that may not wait; leaves the others.</summary>
    private void EndImmediate(int index, ref OrderEntry order, string boundBy)
    {
        if (order.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill)
        {
            EndShort(index, ref order, boundBy);
        }
    }

    private void EndUntraded(int index, ref OrderEntry order)
    {
        if (core.IsGone(order.Instrument))
        {
            _orders.End(index, OrderState.Rejected, BoundReasons.Delisted);
        }
        else if (_settings.SuspensionPolicy == SuspensionPolicy.Reject && core.IsSuspended(order.Instrument))
        {
            EndShort(index, ref order, BoundReasons.Suspended);
        }
        else
        {
            EndImmediate(index, ref order, BoundReasons.Suspended);
        }
    }

    /// <summary>True when the side of the order is closed: within one tick counts as at the limit.</summary>
    private bool IsClosed(OrderSide side, long price, long tick, in DayLimits limits)
    {
        if (_settings.FillsAtPriceLimit)
        {
            return side == OrderSide.Buy ? price > limits.Upper : price < limits.Lower;
        }

        return side == OrderSide.Buy ? price >= limits.Upper - tick : price <= limits.Lower + tick;
    }

    /// <summary>True when a limit of a pair and the stop of the other order are both reached inside the bar: the worse one, the stop, counts.</summary>
    private bool YieldsToStop(in OrderEntry order, in BarPrices prices, long price)
    {
        if (order.Pair < 0 || order.Type != OrderType.Limit || price == prices.Open)
        {
            return false;
        }

        ref OrderEntry other = ref _orders[order.Pair];
        return other.State == OrderState.Resting && other.Instrument == order.Instrument && OrderPricing.WouldStop(other, prices);
    }

    private void Book(int index, ref OrderEntry order, FeeRates rates, long price, long slippage, long quantity, int bar)
    {
        ref FillEntry fill = ref core.Fills.Add();
        fill.Order = index;
        fill.Bar = bar;
        fill.Tick = _ticks?.Current ?? 0;
        fill.Price = price;
        fill.Slippage = slippage;
        fill.Quantity = quantity;
        fill.Value = _ledger.ValueOf(order.Instrument, price, quantity);
        _fees.Charge(ref order, ref fill, rates, order.FilledQuantity + quantity == order.Quantity);
        order.FilledQuantity += quantity;
        bool buys = order.Side == OrderSide.Buy;
        if (core.Actions.Lots is { } lots && lots.Tracks(order.Instrument))
        {
            ChargeDividendTax(lots, order, ref fill, buys);
        }

        long cashFlow = checked(buys ? -fill.Value - fill.Fees : fill.Value - fill.Fees);
        _quantities.NoteFill(order.Instrument, VolumeKey(bar), quantity);
        _ledger.Trade(order.Account, order.Instrument, core.Day, buys ? quantity : -quantity, cashFlow);
        if (!buys && _ledger.Settlements is { } settlements)
        {
            TradingTerms terms = core.Terms.Of(order.Instrument, core.Day);
            int slot = (order.Account * _ledger.Currencies.Count) + _ledger.CurrencyOf(order.Instrument);
            settlements.Receive(slot, core.Day + terms.CashDays, terms.CashDays > 0 ? cashFlow : 0, terms.CashSource);
        }

        if (order.Pair >= 0 && _orders[order.Pair].State == OrderState.Resting)
        {
            _orders.End(order.Pair, OrderState.Cancelled, BoundReasons.Paired);
        }
    }

    /// <summary>Names the volume that a fill uses up: that of the tick, below -1, or of the bar.</summary>
    private int VolumeKey(int bar) => _ticks is { Current: > 0 } ? -1 - _ticks.Current : bar;

    /// <summary>Keeps a purchase, or charges a sale the tax on the dividends of the shares sold.</summary>
    private void ChargeDividendTax(DividendLots lots, in OrderEntry order, ref FillEntry fill, bool buys)
    {
        long held = _ledger.PositionOf(order.Account, order.Instrument).Quantity;
        if (buys && held + fill.Quantity > 0)
        {
            lots.Add(order.Account, order.Instrument, Math.Min(fill.Quantity, held + fill.Quantity));
        }
        else if (!buys && held > 0)
        {
            (fill.DividendTax, fill.DividendTaxSource) = lots.Remove(order.Account, order.Instrument, Math.Min(fill.Quantity, held));
        }
    }
}
