using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// What a strategy sees and does: the account after the close of the current day, and orders. Made by the engine; valid during
/// the run only; not thread-safe. Reading and ordering do not allocate per bar.
/// </summary>
public sealed class StrategyContext
{
    private readonly DailyPanel _panel;
    private readonly Account _account;
    private readonly OrderBook _orders;
    private readonly RuleBook? _exchangeRules;
    private bool _acceptsOrders;

    internal StrategyContext(DailyPanel panel, Account account, OrderBook orders, RuleBook? exchangeRules)
    {
        _panel = panel;
        _account = account;
        _orders = orders;
        _exchangeRules = exchangeRules;
    }

    /// <summary>Number of instruments; indices run from 0 in order of symbol.</summary>
    public int InstrumentCount => _panel.Series.Length;

    /// <summary>The current trading day; the first day of the data during OnStart.</summary>
    public DateOnly TradingDate => _panel.Calendar.Days[DayIndex];

    /// <summary>Cash at hand; never negative.</summary>
    public Money Cash => new(_account.Cash);

    /// <summary>Cash plus all positions at their last closes.</summary>
    public Money Equity => new(_account.Equity);

    /// <summary>Position of the current day in the data's calendar.</summary>
    internal int DayIndex { get; set; }

    /// <summary>Returns an instrument.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    public Instrument InstrumentAt(int instrument) => _panel.Series[instrument].Instrument;

    /// <summary>Returns the shares held, at least 0.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    public long Position(int instrument) => _account.Quantity(instrument);

    /// <summary>Returns the last known close in units of the instrument's price scale, 0 before its first bar.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    public long LastClose(int instrument) => _account.LastPrice(instrument);

    /// <summary>True while an order of the instrument waits for its next bar.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    public bool HasRestingOrder(int instrument) => _orders.HasResting(instrument);

    /// <summary>
    /// Returns how many shares <paramref name="budget"/> buys at the last close without fees, rounded down to an allowed lot; 0 when not
    /// even one lot, or no price is known.
    /// </summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    /// <param name="budget">Amount to spend, at least 0.</param>
    public long SharesFor(int instrument, Money budget)
    {
        long price = _account.LastPrice(instrument);
        if (price <= 0)
        {
            return 0;
        }

        Instrument one = InstrumentAt(instrument);
        Int128 scaled = (Int128)budget.Units * ScaledDecimal.PowerOfTen(one.PriceScale - Money.Scale);
        long shares = checked((long)(scaled / price));
        return _exchangeRules?.Lot(one.Board, TradingDate) is { } lot ? lot.FloorBuy(shares) : shares;
    }

    /// <summary>Gives a market order to buy. It fills at the instrument's next bar, clipped to lots and cash.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    /// <param name="quantity">Shares, at least 1; 0 gives no order.</param>
    /// <returns>The order's number, from 1; 0 when no order was given.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The quantity is negative or the instrument does not exist.</exception>
    /// <exception cref="InvalidOperationException">Called outside OnBar.</exception>
    public int Buy(int instrument, long quantity) => Submit(instrument, OrderSide.Buy, quantity);

    /// <summary>Gives a market order to sell. It fills at the instrument's next bar, clipped to what may be sold then.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    /// <param name="quantity">Shares, at least 1; 0 gives no order.</param>
    /// <returns>The order's number, from 1; 0 when no order was given.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The quantity is negative or the instrument does not exist.</exception>
    /// <exception cref="InvalidOperationException">Called outside OnBar.</exception>
    public int Sell(int instrument, long quantity) => Submit(instrument, OrderSide.Sell, quantity);

    /// <summary>Opens or closes the book for orders.</summary>
    internal void AcceptOrders(bool accepts) => _acceptsOrders = accepts;

    private int Submit(int instrument, OrderSide side, long quantity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(quantity);
        ArgumentOutOfRangeException.ThrowIfNegative(instrument);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(instrument, InstrumentCount);
        if (!_acceptsOrders)
        {
            throw new InvalidOperationException("Orders can be given in OnBar only.");
        }

        return quantity == 0 ? 0 : _orders.Submit(instrument, side, quantity, DayIndex);
    }
}
