using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>
/// A live host whose market and broker are a backtest: it takes every event of the reference engine, hands it to a strategy through the public live seam, and
/// gives the strategy's orders to the engine. Uses public members only.
/// </summary>
internal sealed class BacktestBroker<TStrategy> : IStrategy, IStrategyHost
    where TStrategy : IStrategy
{
    private readonly LiveStrategy<TStrategy> _live;
    private StrategyContext? _market;

    public BacktestBroker(TStrategy strategy) => _live = new LiveStrategy<TStrategy>(strategy, this);

    public int InstrumentCount => Market.InstrumentCount;

    public bool IsWarmingUp => Market.IsWarmingUp;

    public DateOnly TradingDate => Market.TradingDate;

    public DateTimeOffset BarStart => Market.BarStart;

    public int BarCount => Market.BarCount;

    public PanelInterval Interval => Market.Interval;

    public bool IsLastBarOfDay => Market.IsLastBarOfDay;

    public bool IsLastDayOfMonth => Market.IsLastDayOfMonth;

    public int AccountCount => Market.AccountCount;

    public Money Cash => Market.Cash;

    public Money WithdrawableCash => Market.WithdrawableCash;

    public Money SpendableCash => Market.SpendableCash;

    public Money Equity => Market.Equity;

    private StrategyContext Market => _market ?? throw new InvalidOperationException("No event yet.");

    public Instrument InstrumentAt(int instrument) => Market.InstrumentAt(instrument);

    public int IndexOf(Symbol symbol) => Market.IndexOf(symbol);

    public string AccountName(int account) => Market.AccountName(account);

    public Money CashOf(int account, string currency) => Market.CashOf(account, currency);

    public Money EquityOf(int account) => Market.EquityOf(account);

    public double RateOf(string currency) => Market.RateOf(currency);

    public long PositionOf(int account, int instrument) => Market.PositionOf(account, instrument);

    public long Sellable(int instrument) => Market.Sellable(instrument);

    public long LastPrice(int instrument) => Market.LastClose(instrument);

    public int BarCountOf(int instrument) => Market.BarCountOf(instrument);

    public ReadOnlySpan<long> History(int instrument, BarField field) => Market.History(instrument, field);

    public double AdjustmentOf(int instrument, int barsAgo) => Market.AdjustmentOf(instrument, barsAgo);

    public bool TryExchange(int account, string from, string to, Money amount) => Market.TryExchange(account, from, to, amount);

    public bool HasRestingOrder(int instrument) => Market.HasRestingOrder(instrument);

    public long SharesFor(int instrument, Money budget) => Market.SharesFor(instrument, budget);

    public int Submit(in OrderRequest request) => Market.Submit(request);

    public (int First, int Second) SubmitPair(in OrderRequest first, in OrderRequest second) => Market.SubmitPair(first, second);

    public bool Cancel(int orderId) => Market.Cancel(orderId);

    public OrderNotice OrderOf(int orderId) => Market.OrderOf(orderId);

    public void OnStart(StrategyContext context)
    {
        _market = context;
        _live.Start();
    }

    public void OnBar(StrategyContext context, int instrument, in Bar bar) => _live.AddBar(instrument, bar);

    public void OnBarsComplete(StrategyContext context) => _live.CompleteBars();

    public void OnFill(StrategyContext context, in FillNotice fill) => _live.AddFill(fill);

    public void OnOrder(StrategyContext context, in OrderNotice order) => _live.EndOrder(order);

    public void OnTick(StrategyContext context, int instrument, in Tick tick) => _live.AddTick(instrument, tick);

    public void OnHeartbeat(StrategyContext context) => _live.Beat();

    public void OnStop(StrategyContext context) => _live.Stop();
}
