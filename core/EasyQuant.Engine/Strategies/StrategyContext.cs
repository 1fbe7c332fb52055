using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// What a strategy sees and does: accounts and market as of the last bar that is known, and orders. Made by an engine, or by <see cref="LiveStrategy{TStrategy}"/>
/// over a host outside of the engines; valid during the run only; not thread-safe. No member but the text ones allocates; none shows anything later than the current bar.
/// </summary>
public sealed class StrategyContext
{
    private readonly TradingCore _core;
    private readonly Ledger _ledger;
    private readonly OrderDesk _desk;
    private readonly int _firstBar;
    private readonly IStrategyHost? _host;
    private bool _acceptsOrders;

    internal StrategyContext(IStrategyHost host)
    {
        // A host answers everything; what an engine answers from is not there.
        _host = host;
        _core = null!;
        _ledger = null!;
        _desk = null!;
    }

    internal StrategyContext(TradingCore core)
    {
        _core = core;
        _ledger = core.Ledger;
        _desk = core.Desk;
        _firstBar = core.Bar + 1;
    }

    /// <summary>Number of instruments; indices run from 0 in order of symbol.</summary>
    public int InstrumentCount => _host is { } host ? host.InstrumentCount : _core.Panel.Series.Length;

    /// <summary>True on the days before the run's first day that only warm up the strategy: orders are not taken, their number is 0.</summary>
    public bool IsWarmingUp => _host is { } host ? host.IsWarmingUp : _core.Day < _core.TradeDay;

    /// <summary>The current trading day; the first day of the run during OnStart.</summary>
    public DateOnly TradingDate => _host is { } host ? host.TradingDate : _core.Date;

    /// <summary>Start of the last bar that is known, UTC; of the first bar of the run before it.</summary>
    public DateTimeOffset BarStart => _host is { } host ? host.BarStart : _core.Panel.Axis.StartOf(Math.Max(_core.Bar, _firstBar));

    /// <summary>Number of bar times of the run that are known: 0 before the first bar, 1 during it.</summary>
    public int BarCount => _host is { } host ? host.BarCount : _core.Bar + 1 - _firstBar;

    /// <summary>Length of a bar.</summary>
    public PanelInterval Interval => _host is { } host ? host.Interval : _core.Panel.Axis.Interval;

    /// <summary>True during the last bar of the trading day; always with daily bars.</summary>
    public bool IsLastBarOfDay => _host is { } host ? host.IsLastBarOfDay : _core.Bar == _core.LastBarOfDay;

    /// <summary>The last trading day before the current month ends: true when the next trading day of the calendar lies in another month; false on the last day of the data.</summary>
    public bool IsLastDayOfMonth
    {
        get
        {
            if (_host is { } host)
            {
                return host.IsLastDayOfMonth;
            }

            int next = _core.Day + 1;
            return next < _core.Panel.Calendar.Count && _core.Panel.Calendar.Days[next].Month != _core.Date.Month;
        }
    }

    /// <summary>Number of accounts, at least 1.</summary>
    public int AccountCount => _host is { } host ? host.AccountCount : _ledger.AccountCount;

    /// <summary>Cash of account 0 in the base currency; below 0 only in an account that may borrow.</summary>
    public Money Cash => _host is { } host ? host.Cash : new Money(_ledger.Cash(0, CurrencyTable.Base));

    /// <summary>Cash of account 0 that is not proceeds of today's sales: it could be withdrawn today, while <see cref="Cash"/> may be traded with.</summary>
    public Money WithdrawableCash => _host is { } host ? host.WithdrawableCash : new Money(_ledger.Withdrawable(0, CurrencyTable.Base, _core.Day));

    /// <summary>Cash of account 0 that an order may spend: <see cref="Cash"/> less proceeds of sales that have not settled yet.</summary>
    public Money SpendableCash => _host is { } host ? host.SpendableCash : new Money(_ledger.Cash(0, CurrencyTable.Base) - _ledger.UnsettledCash(0, CurrencyTable.Base, _core.Day));

    /// <summary>Cash, receivables and positions at their last closes of all accounts, in the base currency.</summary>
    public Money Equity => _host is { } host ? host.Equity : new Money(_ledger.TotalEquity());

    /// <summary>Position of the current day in the data's calendar.</summary>
    internal int DayIndex => _core.Day;

    /// <summary>Returns an instrument.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    public Instrument InstrumentAt(int instrument) => _host is { } host ? host.InstrumentAt(instrument) : _core.Panel.Series[instrument].Instrument;

    /// <summary>Returns the index of an instrument, or -1 when the data lacks it.</summary>
    public int IndexOf(Symbol symbol) => _host is { } host ? host.IndexOf(symbol) : _core.Panel.IndexOf(symbol);

    /// <summary>Returns the name of an account.</summary>
    /// <param name="account">0 to <see cref="AccountCount"/> - 1.</param>
    public string AccountName(int account) => _host is { } host ? host.AccountName(account) : _core.Accounts[account].Name;

    /// <summary>Returns cash of an account.</summary>
    /// <param name="account">0 to <see cref="AccountCount"/> - 1.</param>
    /// <param name="currency">A currency of the run.</param>
    /// <exception cref="ArgumentException">The run does not use the currency.</exception>
    public Money CashOf(int account, string currency) => _host is { } host ? host.CashOf(account, currency) : new Money(_ledger.Cash(account, CurrencyIndex(currency)));

    /// <summary>Returns the equity of an account in the base currency.</summary>
    /// <param name="account">0 to <see cref="AccountCount"/> - 1.</param>
    public Money EquityOf(int account) => _host is { } host ? host.EquityOf(account) : new Money(_ledger.Equity(account));

    /// <summary>Returns the last known rate of a currency into the base currency; 1 for the base itself.</summary>
    /// <exception cref="ArgumentException">The run does not use the currency.</exception>
    public double RateOf(string currency) => _host is { } host ? host.RateOf(currency) : _ledger.Rate(CurrencyIndex(currency)) / (double)CurrencyTable.One;

    /// <summary>Returns what account 0 holds, negative when short.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    public long Position(int instrument) => _host is { } host ? host.PositionOf(0, instrument) : _ledger.Quantity(instrument);

    /// <summary>Returns what an account holds, negative when short.</summary>
    /// <param name="account">0 to <see cref="AccountCount"/> - 1.</param>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    public long PositionOf(int account, int instrument) => _host is { } host ? host.PositionOf(account, instrument) : _ledger.PositionOf(account, instrument).Quantity;

    /// <summary>Returns what account 0 holds and may sell when all purchases have settled: all but shares that are not listed yet.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    public long Sellable(int instrument) => _host is { } host ? host.Sellable(instrument) : _ledger.PositionOf(0, instrument).Sellable(-2, 0);

    /// <summary>Returns the last known price in units of the instrument's price scale: the last close, or the last tick after it; 0 before the first of the run.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    public long LastClose(int instrument) => _host is { } host ? host.LastPrice(instrument) : _ledger.LastPrice(instrument);

    /// <summary>Returns how many bars of an instrument are known: those of the run up to the current one.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    public int BarCountOf(int instrument) => _host is { } host ? host.BarCountOf(instrument) : _core.RowEnd(instrument) - _core.FirstRow(instrument);

    /// <summary>Returns a column of the bars of an instrument from its first bar of the run to the current one, oldest first, <see cref="BarCountOf"/> elements. Times without a bar are left out.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    /// <param name="field">Which column.</param>
    public ReadOnlySpan<long> History(int instrument, BarField field)
    {
        if (_host is { } host)
        {
            return host.History(instrument, field);
        }

        InstrumentBars series = _core.Panel.Series[instrument];
        ReadOnlyMemory<long> column = field switch
        {
            BarField.Open => series.Open,
            BarField.High => series.High,
            BarField.Low => series.Low,
            BarField.Close => series.Close,
            _ => series.Volume,
        };
        return column.Span[_core.FirstRow(instrument).._core.RowEnd(instrument)];
    }

    /// <summary>
    /// Returns the adjustment factor of the day of an earlier bar over that of the last known bar: an earlier price times it is comparable with today's
    /// prices (forward-adjusted as of now). 1 when the data has no factors.
    /// </summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    /// <param name="barsAgo">0 to <see cref="BarCountOf"/> - 1; 0 is the last known bar and gives 1.</param>
    public double AdjustmentOf(int instrument, int barsAgo)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(barsAgo);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(barsAgo, BarCountOf(instrument));
        if (_host is { } host)
        {
            return host.AdjustmentOf(instrument, barsAgo);
        }

        InstrumentBars series = _core.Panel.Series[instrument];
        if (series.AdjustmentFactor.IsEmpty)
        {
            return 1;
        }

        int last = _core.RowEnd(instrument) - 1;
        ReadOnlySpan<double> factors = series.AdjustmentFactor.Span;
        return factors[_core.DayOfRow(instrument, last - barsAgo)] / factors[_core.DayOfRow(instrument, last)];
    }

    /// <summary>Exchanges cash of an account at the last known rates, without cost; rounded half up to 0.0001.</summary>
    /// <param name="account">0 to <see cref="AccountCount"/> - 1.</param>
    /// <param name="from">Currency given.</param>
    /// <param name="to">Currency received.</param>
    /// <param name="amount">Amount given, above 0.</param>
    /// <returns>False when the account does not have the amount (and nothing happens).</returns>
    /// <exception cref="ArgumentException">The run does not use a currency, or the amount is not above 0.</exception>
    /// <exception cref="InvalidOperationException">Called during OnStart.</exception>
    public bool TryExchange(int account, string from, string to, Money amount)
    {
        RequireOrders();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount.Units);
        return !IsWarmingUp
            && (_host?.TryExchange(account, from, to, amount) ?? _core.TryExchange(account, CurrencyIndex(from), CurrencyIndex(to), amount.Units));
    }

    /// <summary>True while an order of the instrument rests, in any account.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    public bool HasRestingOrder(int instrument) => _host is { } host ? host.HasRestingOrder(instrument) : _core.Orders.HasResting(instrument);

    /// <summary>
    /// Returns how many shares <paramref name="budget"/> buys at the last close without fees, rounded down to an allowed lot; 0 when not
    /// even one lot, or no price is known. The budget is in the instrument's currency.
    /// </summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    /// <param name="budget">Amount to spend, at least 0.</param>
    public long SharesFor(int instrument, Money budget)
    {
        if (_host is { } host)
        {
            return host.SharesFor(instrument, budget);
        }

        long price = _ledger.LastPrice(instrument);
        if (price <= 0)
        {
            return 0;
        }

        Int128 scaled = (Int128)budget.Units * _ledger.ValueDivisor(instrument);
        return _core.Terms.Of(instrument, _core.Day).FloorBuy(checked((long)(scaled / price)), false);
    }

    /// <summary>Returns a computed number of shares in quantity units, for an order.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    /// <param name="shares">Shares (or coins), finite, at least 0; rounded towards zero.</param>
    /// <exception cref="OrderValueException">VALUE_NOT_FINITE (NaN, infinite, too large), VALUE_NEGATIVE.</exception>
    public long ToQuantity(int instrument, double shares) => OrderNumbers.Quantity(InstrumentAt(instrument), shares);

    /// <summary>Returns a computed price in price units, for an order. It is not rounded to the tick: an order off the tick is rejected and says so.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    /// <param name="price">Price of one share in the instrument's currency, finite, at least 0; rounded half up.</param>
    /// <exception cref="OrderValueException">VALUE_NOT_FINITE (NaN, infinite, too large), VALUE_NEGATIVE.</exception>
    public long ToPrice(int instrument, double price) => OrderNumbers.Price(InstrumentAt(instrument), price);

    /// <summary>Gives a market order to buy for account 0. It fills at the instrument's next bar, clipped to lots and cash.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    /// <param name="quantity">Quantity units, at least 1; an order of 0 is given and rejected, bound by <c>order.quantity</c>.</param>
    /// <returns>The order's number, from 1; 0 while warming up.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The instrument does not exist.</exception>
    /// <exception cref="OrderValueException">VALUE_NEGATIVE; VALUE_NOT_FINITE for the largest long, which a cast makes of infinity.</exception>
    /// <exception cref="InvalidOperationException">Called during OnStart.</exception>
    public int Buy(int instrument, long quantity)
    {
        RequireOrders();
        return IsWarmingUp ? 0
            : _host is null ? _desk.SubmitMarket(instrument, OrderSide.Buy, quantity)
            : Submit(OrderRequest.Market(instrument, OrderSide.Buy, quantity));
    }

    /// <summary>As <see cref="Buy(int, long)"/>, of a computed number of shares: a NaN is an error, not an order of 0.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    /// <param name="shares">Shares (or coins), finite, at least 0; rounded towards zero to quantity units.</param>
    /// <returns>The order's number, from 1; 0 while warming up.</returns>
    /// <exception cref="OrderValueException">VALUE_NOT_FINITE, VALUE_NEGATIVE.</exception>
    /// <exception cref="InvalidOperationException">Called during OnStart.</exception>
    public int Buy(int instrument, double shares) => Buy(instrument, ToQuantity(instrument, shares));

    /// <summary>Gives a market order to sell for account 0. It fills at the instrument's next bar, clipped to what may be sold then.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    /// <param name="quantity">Quantity units, at least 1; an order of 0 is given and rejected, bound by <c>order.quantity</c>.</param>
    /// <returns>The order's number, from 1; 0 while warming up.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The instrument does not exist.</exception>
    /// <exception cref="OrderValueException">VALUE_NEGATIVE; VALUE_NOT_FINITE for the largest long, which a cast makes of infinity.</exception>
    /// <exception cref="InvalidOperationException">Called during OnStart.</exception>
    public int Sell(int instrument, long quantity)
    {
        RequireOrders();
        return IsWarmingUp ? 0
            : _host is null ? _desk.SubmitMarket(instrument, OrderSide.Sell, quantity)
            : Submit(OrderRequest.Market(instrument, OrderSide.Sell, quantity));
    }

    /// <summary>As <see cref="Sell(int, long)"/>, of a computed number of shares: a NaN is an error, not an order of 0.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    /// <param name="shares">Shares (or coins), finite, at least 0; rounded towards zero to quantity units.</param>
    /// <returns>The order's number, from 1; 0 while warming up.</returns>
    /// <exception cref="OrderValueException">VALUE_NOT_FINITE, VALUE_NEGATIVE.</exception>
    /// <exception cref="InvalidOperationException">Called during OnStart.</exception>
    public int Sell(int instrument, double shares) => Sell(instrument, ToQuantity(instrument, shares));

    /// <summary>Gives an order. One that the exchange refuses (a quantity of 0, a price off the tick, a delisted instrument) is given and rejected.</summary>
    /// <param name="request">The order.</param>
    /// <returns>The order's number, from 1; 0 while warming up.</returns>
    /// <exception cref="ArgumentException">The order lacks a price that its type needs, or has one that it does not; instrument or account do not exist.</exception>
    /// <exception cref="OrderValueException">A quantity or price is negative, or the largest long.</exception>
    /// <exception cref="InvalidOperationException">Called during OnStart.</exception>
    /// <exception cref="BacktestException">ORDER_LIMIT_EXCEEDED.</exception>
    public int Submit(in OrderRequest request)
    {
        RequireOrders();
        if (IsWarmingUp || _host is null)
        {
            return IsWarmingUp ? 0 : _desk.Submit(request, isForced: false);
        }

        OrderChecks.Check(request, this);
        return _host.Submit(request);
    }

    /// <summary>
    /// Gives two orders of which the first to fill, in part or in full, cancels the other. When one bar reaches both the limit of one and the stop of the
    /// other inside its range, the stop counts.
    /// </summary>
    /// <param name="first">An order.</param>
    /// <param name="second">Another order of the same account.</param>
    /// <returns>The numbers of both.</returns>
    /// <exception cref="ArgumentException">As of <see cref="Submit"/>, or a quantity is 0, or the accounts differ.</exception>
    /// <exception cref="InvalidOperationException">Called during OnStart.</exception>
    public (int First, int Second) SubmitPair(in OrderRequest first, in OrderRequest second)
    {
        RequireOrders();
        if (IsWarmingUp || _host is null)
        {
            return IsWarmingUp ? (0, 0) : _desk.SubmitPair(first, second);
        }

        OrderChecks.Check(first, this);
        OrderChecks.Check(second, this);
        OrderChecks.CheckPair(first, second);
        return _host.SubmitPair(first, second);
    }

    /// <summary>Cancels an order; filled parts stay.</summary>
    /// <param name="orderId">Number of the order.</param>
    /// <returns>False when the order does not rest (any more), or the broker gave it.</returns>
    public bool Cancel(int orderId) => _host is { } host ? host.Cancel(orderId) : _desk.Cancel(orderId);

    /// <summary>Returns where an order stands.</summary>
    /// <param name="orderId">Number of an order, from 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such order.</exception>
    public OrderNotice OrderOf(int orderId)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(orderId, 1);
        if (_host is { } host)
        {
            return host.OrderOf(orderId);
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(orderId, _core.Orders.Count);
        return _core.NoticeOf(orderId - 1);
    }

    /// <summary>Opens or closes the book for orders.</summary>
    internal void AcceptOrders(bool accepts) => _acceptsOrders = accepts;

    private int CurrencyIndex(string currency) => _ledger.Currencies.IndexOf(currency) is >= 0 and var index
        ? index
        : throw new ArgumentException($"The run does not use the currency \"{currency}\".", nameof(currency));

    private void RequireOrders()
    {
        if (!_acceptsOrders)
        {
            throw new InvalidOperationException("Orders cannot be given in OnStart.");
        }
    }
}
