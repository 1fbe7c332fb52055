using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// The straight way of <see cref="Matcher"/> for the order that nothing binds: a market order without exchange rules that fills in full for cash at hand.
/// Every other order, decided order by order, goes to the matcher itself. Books the same entries. Does not allocate per bar.
/// </summary>
internal sealed unsafe class FastMatcher
{
    private const long Million = 1_000_000;

    // Values below this times a rate of at most 10^6 stay within a long.
    private const long ValueMax = long.MaxValue / 2 / Million;
    private readonly TradingCore _core;
    private readonly FastMarket _market;
    private readonly bool _isStraight;
    private readonly bool _fillsAtClose;
    private readonly long _feeDivisor;
    private readonly long _increment;
    private readonly long _minimum;

    public FastMatcher(TradingCore core, FastMarket market)
    {
        BacktestSettings settings = core.Settings;
        _core = core;
        _market = market;
        _isStraight = !settings.ExchangeRules
            && core.Accounts.Length == 1
            && settings.AllAccounts()[0].Margin is null
            && core.Ledger.Currencies.Count == 1
            && settings.FillRule is FillRule.NextOpen or FillRule.NextClose
            && settings.Slippage.Value == 0
            && core.Panel.Actions.IsEmpty
            && core.Panel.TickCount == 0
            && core.Ledger.Settlements is null;
        _fillsAtClose = settings.FillRule == FillRule.NextClose;
        _increment = settings.FeeIncrement.Units;
        _minimum = settings.CommissionMinimum.Units;
        _feeDivisor = _increment <= long.MaxValue / 4 / Million ? Million * _increment : 0;
        _isStraight &= _feeDivisor > 0;
    }

    /// <summary>As <see cref="Matcher.MatchAll"/>.</summary>
    public void MatchAll(int bar)
    {
        if (!_isStraight)
        {
            _core.Matcher.MatchAll(bar);
            return;
        }

        OrderBook orders = _core.Orders;
        int count = orders.OpenCount;
        for (int i = 0; i < count; i++)
        {
            int index = orders.OpenAt(i);
            if (!TryFill(index, bar))
            {
                _core.Matcher.MatchOne(index, bar);
            }
        }

        orders.Keep();
    }

    private bool TryFill(int index, int bar)
    {
        ref OrderEntry order = ref _core.Orders[index];
        int instrument = order.Instrument;
        ref readonly FastColumns columns = ref _market.Columns[instrument];
        TradingTerms terms = _core.Terms.Of(instrument, _core.Day);
        int row = _core.RowAt(instrument, bar);
        if (row < 0)
        {
            return false;
        }

        long price = _fillsAtClose ? columns.Close[row] : columns.Open[row];
        if (order.Type != OrderType.Market
            || order.State != OrderState.Resting
            || order.FilledQuantity != 0
            || order.Pair >= 0
            || order.IsForced
            || !_core.Panel.Series[instrument].Suspended.IsEmpty
            || terms.LotMinimum != 1
            || terms.LotStep != 1
            || terms.ShareDays != 0
            || terms.Buy.TransferPerThousand != 0
            || price <= 0)
        {
            return false;
        }

        Ledger ledger = _core.Ledger;
        bool buys = order.Side == OrderSide.Buy;
        FeeRates rates = buys ? terms.Buy : terms.Sell;
        if (Math.BigMul(price, order.Quantity, out long product) != 0 || product < 0)
        {
            return false;
        }

        long value = DivideHalfUp(product, ledger.ValueDivisor(instrument));
        if (value >= ValueMax || (!buys && ledger.PositionOf(0, instrument).Sellable(_core.Day, 0) < order.Quantity))
        {
            return false;
        }

        long byRate = Share(value, rates.CommissionPpm);
        long commission = Math.Max(byRate, _minimum);
        long stamp = Share(value, rates.StampDutyPpm);
        long transfer = Share(value, rates.TransferFeePpm);
        long fees = commission + stamp + transfer;
        long flow = buys ? -value - fees : value - fees;
        if (ledger.Cash(0, CurrencyTable.Base) + flow < 0)
        {
            return false;
        }

        ref FillEntry fill = ref _core.Fills.Add();
        fill.Order = index;
        fill.Bar = bar;
        fill.Price = price;
        fill.Quantity = order.Quantity;
        fill.Value = value;
        fill.Commission = commission;
        fill.StampDuty = stamp;
        fill.TransferFee = transfer;
        fill.Rates = rates;
        fill.IsMinimumCommission = byRate < _minimum;
        order.FilledQuantity = order.Quantity;
        ledger.Trade(0, instrument, _core.Day, buys ? order.Quantity : -order.Quantity, flow);
        _core.Orders.End(index, OrderState.Filled, null);
        return true;
    }

    private static long DivideHalfUp(long dividend, long divisor)
    {
        long quotient = dividend / divisor;
        long rest = dividend - (quotient * divisor);
        return rest >= divisor - rest ? quotient + 1 : quotient;
    }

    private long Share(long value, long ppm) => ppm == 0 ? 0 : DivideHalfUp(value * ppm, _feeDivisor) * _increment;
}
