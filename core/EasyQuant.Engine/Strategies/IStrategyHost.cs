using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// What stands behind a <see cref="StrategyContext"/> outside of the engines: a live host with its market data and its broker. Every member means what the
/// context's member of that name says; the context has checked orders before they arrive. Called by the thread that drives the <see cref="LiveStrategy{TStrategy}"/>,
/// during its calls only.
/// </summary>
public interface IStrategyHost
{
    /// <summary>Number of instruments, in order of symbol.</summary>
    int InstrumentCount { get; }

    /// <summary>True while orders are not taken.</summary>
    bool IsWarmingUp { get; }

    /// <summary>The current trading day.</summary>
    DateOnly TradingDate { get; }

    /// <summary>Start of the last bar that is known, UTC; of the first one to come before it.</summary>
    DateTimeOffset BarStart { get; }

    /// <summary>Number of bar times that are known.</summary>
    int BarCount { get; }

    /// <summary>Length of a bar.</summary>
    PanelInterval Interval { get; }

    /// <summary>True during the last bar of the trading day.</summary>
    bool IsLastBarOfDay { get; }

    /// <summary>True when the next trading day lies in another month.</summary>
    bool IsLastDayOfMonth { get; }

    /// <summary>Number of accounts, at least 1.</summary>
    int AccountCount { get; }

    /// <summary>Cash of account 0 in the base currency.</summary>
    Money Cash { get; }

    /// <summary>Cash of account 0 that could be withdrawn today.</summary>
    Money WithdrawableCash { get; }

    /// <summary>Cash of account 0 that an order may spend.</summary>
    Money SpendableCash { get; }

    /// <summary>Equity of all accounts in the base currency.</summary>
    Money Equity { get; }

    /// <summary>Returns an instrument.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    Instrument InstrumentAt(int instrument);

    /// <summary>Returns the index of an instrument, or -1.</summary>
    int IndexOf(Symbol symbol);

    /// <summary>Returns the name of an account.</summary>
    /// <param name="account">0 to <see cref="AccountCount"/> - 1.</param>
    string AccountName(int account);

    /// <summary>Returns cash of an account in a currency.</summary>
    /// <exception cref="ArgumentException">The currency is not used.</exception>
    Money CashOf(int account, string currency);

    /// <summary>Returns the equity of an account in the base currency.</summary>
    Money EquityOf(int account);

    /// <summary>Returns the last known rate of a currency into the base currency.</summary>
    /// <exception cref="ArgumentException">The currency is not used.</exception>
    double RateOf(string currency);

    /// <summary>Returns what an account holds in quantity units, negative when short.</summary>
    long PositionOf(int account, int instrument);

    /// <summary>Returns what account 0 may sell when all purchases have settled.</summary>
    long Sellable(int instrument);

    /// <summary>Returns the last known price in price units; 0 before the first.</summary>
    long LastPrice(int instrument);

    /// <summary>Returns how many bars of an instrument are known.</summary>
    int BarCountOf(int instrument);

    /// <summary>Returns a column of the known bars, oldest first, <see cref="BarCountOf"/> elements. Not kept by the strategy beyond the call.</summary>
    ReadOnlySpan<long> History(int instrument, BarField field);

    /// <summary>Returns the adjustment factor of an earlier bar over that of the last known one; 1 without factors.</summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="barsAgo">0 to <see cref="BarCountOf"/> - 1.</param>
    double AdjustmentOf(int instrument, int barsAgo);

    /// <summary>Exchanges cash; false when the account does not have the amount.</summary>
    bool TryExchange(int account, string from, string to, Money amount);

    /// <summary>True while an order of the instrument rests, in any account.</summary>
    bool HasRestingOrder(int instrument);

    /// <summary>Returns how many shares a budget buys at the last price, rounded down to an allowed lot.</summary>
    long SharesFor(int instrument, Money budget);

    /// <summary>Takes an order. One that broker or exchange refuse is given and rejected, one of a quantity of 0 too.</summary>
    /// <returns>The order's number, at least 1.</returns>
    int Submit(in OrderRequest request);

    /// <summary>Takes two orders of which the first to fill cancels the other.</summary>
    /// <returns>The numbers of both.</returns>
    (int First, int Second) SubmitPair(in OrderRequest first, in OrderRequest second);

    /// <summary>Cancels an order; false when it does not rest.</summary>
    bool Cancel(int orderId);

    /// <summary>Returns where an order stands.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such order.</exception>
    OrderNotice OrderOf(int orderId);
}
