using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>How much of an order may fill: lots, volume, position and settlement, then cash or margin. Does not allocate.</summary>
internal sealed class QuantityRules
{
    private readonly TradingCore _core;
    private readonly Ledger _ledger;
    private readonly long _volumeCapPpm;
    private readonly long[] _filledAtBar;
    private readonly int[] _filledBar;

    public QuantityRules(TradingCore core)
    {
        _core = core;
        _ledger = core.Ledger;
        _volumeCapPpm = core.Settings.ExchangeRules ? core.Settings.VolumeCapPpm ?? 0 : 0;
        int count = core.Panel.Series.Length;
        _filledAtBar = new long[count];
        _filledBar = new int[count];
        Array.Fill(_filledBar, -1);
    }

    /// <summary>Notes that a fill used up volume of its bar.</summary>
    public void NoteFill(int instrument, int bar, long quantity)
    {
        _filledAtBar[instrument] = (_filledBar[instrument] == bar ? _filledAtBar[instrument] : 0) + quantity;
        _filledBar[instrument] = bar;
    }

    /// <summary>Applies position and settlement, lots and volume.</summary>
    public QuantityAnswer BeforeCash(in OrderEntry order, in BarPrices prices, int bar, TradingTerms terms)
    {
        long remaining = order.Quantity - order.FilledQuantity;
        bool continues = order.FilledQuantity > 0;
        QuantityAnswer answer = order.Side == OrderSide.Buy
            ? Buy(remaining, continues, terms)
            : Sell(order, remaining, continues, terms);
        if (_volumeCapPpm == 0 || answer.Quantity == 0
            || (prices.Volume == 0 && _core.Panel.Series[order.Instrument].Instrument.Board is Board.Index or Board.Other))
        {
            return answer;
        }

        long used = _filledBar[order.Instrument] == bar ? _filledAtBar[order.Instrument] : 0;
        long available = Math.Max(0, (long)((Int128)prices.Volume * _volumeCapPpm / 1_000_000) - used);
        if (available >= answer.Quantity)
        {
            return answer;
        }

        return new QuantityAnswer(available / terms.LotStep * terms.LotStep, BoundReasons.Volume, true);
    }

    /// <summary>Applies cash, or the margin of an account that may borrow.</summary>
    public QuantityAnswer AfterCash(
        in OrderEntry order, in QuantityAnswer answer, long price, FeeRates rates, TradingTerms terms, in FeeMath fees)
    {
        if (answer.Quantity == 0 || order.IsForced || IsAffordable(order, answer.Quantity, price, rates, fees))
        {
            return answer;
        }

        string boundBy = _core.MarginOf(order.Account) is not null ? BoundReasons.Margin
            : order.Side == OrderSide.Buy && Unsettled(order) > 0 ? _ledger.Settlements!.CashSource ?? BoundReasons.Cash
            : BoundReasons.Cash;
        if (order.Side == OrderSide.Sell && _core.MarginOf(order.Account) is null)
        {
            return new QuantityAnswer(0, boundBy, false);
        }

        // What an order takes grows with its quantity, so the largest affordable one is found by bisection over lots.
        long minimum = order.FilledQuantity > 0 ? terms.LotStep : terms.LotMinimum;
        long low = -1;
        long high = Math.Max(0, (answer.Quantity - minimum) / terms.LotStep) + 1;
        while (high - low > 1)
        {
            long middle = low + ((high - low) / 2);
            long quantity = minimum + (middle * terms.LotStep);
            if (quantity < answer.Quantity && IsAffordable(order, quantity, price, rates, fees))
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return new QuantityAnswer(low < 0 ? 0 : minimum + (low * terms.LotStep), boundBy, false);
    }

    private static QuantityAnswer Buy(long remaining, bool continues, TradingTerms terms)
    {
        long allowed = terms.FloorBuy(remaining, continues);
        return new QuantityAnswer(allowed, allowed < remaining ? terms.LotSource : null, false);
    }

    private QuantityAnswer Sell(in OrderEntry order, long remaining, bool continues, TradingTerms terms)
    {
        ref readonly PositionState position = ref _ledger.PositionOf(order.Account, order.Instrument);
        long held = Math.Max(0, position.Quantity);
        long sellable = _ledger.Sellable(order.Account, order.Instrument, _core.Day, terms.ShareDays);
        bool sellsShort = _core.MarginOf(order.Account) is not null;
        if (sellsShort && sellable == held)
        {
            long lots = remaining == held ? remaining : terms.FloorSell(remaining, held, continues);
            return new QuantityAnswer(lots, lots < remaining ? terms.LotSource : null, false);
        }

        long allowed = Math.Min(remaining, sellable);
        string? boundBy = allowed == remaining ? null
            : sellable < held ? SettlementSource(position, terms)
            : BoundReasons.Position;
        if (allowed > 0)
        {
            long floored = terms.FloorSell(allowed, held, continues);
            boundBy = floored < allowed ? terms.LotSource : boundBy;
            allowed = floored;
        }

        return new QuantityAnswer(allowed, boundBy, false);
    }

    private static string SettlementSource(in PositionState position, TradingTerms terms) =>
        position.Locked > 0 && terms.ShareDays == 0 ? BoundReasons.Position : terms.SettlementSource ?? BoundReasons.Position;

    private bool IsAffordable(in OrderEntry order, long quantity, long price, FeeRates rates, in FeeMath fees)
    {
        // An amount beyond the range of money is beyond any cash.
        if (Math.BigMul(price, quantity, out long low) != low >> 63 && (Int128)price * quantity / _ledger.ValueDivisor(order.Instrument) > long.MaxValue / 4)
        {
            return false;
        }

        long value = _ledger.ValueOf(order.Instrument, price, quantity);
        if (value > long.MaxValue / 4)
        {
            return false;
        }

        long fee = fees.Total(order, rates, value, quantity);
        bool buys = order.Side == OrderSide.Buy;
        if (_core.MarginOf(order.Account) is { } margin)
        {
            return MarginMath.Allows(_ledger, margin, order.Account, order.Instrument, buys ? quantity : -quantity, price, fee);
        }

        long cash = _ledger.CashFor(order.Account, order.Instrument) - (buys ? Unsettled(order) : 0);
        return buys ? (Int128)cash >= (Int128)value + fee : (Int128)cash + value - fee >= 0;
    }

    /// <summary>Proceeds in the currency of an order that may not be spent yet.</summary>
    private long Unsettled(in OrderEntry order) => _ledger.UnsettledCash(order.Account, _ledger.CurrencyOf(order.Instrument), _core.Day);
}
