using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// The state of one run and everything that changes it: ledger, orders, matching, days. Engines drive it in the order of events of
/// docs/adr/0007; the reference does so at every bar, a faster engine only where something can happen. One thread.
/// </summary>
internal sealed class TradingCore
{
    private readonly MarginSettings?[] _margins;
    private readonly int[] _firstRows;
    private readonly int[] _rows;

    /// <summary>Prepares a run.</summary>
    /// <exception cref="BacktestParameterException">Settings are out of range or do not fit the panel, or the period is empty.</exception>
    public TradingCore(MarketPanel panel, BacktestSettings settings, RuleBook rules)
    {
        RunPeriod period = RunPeriod.Of(panel, settings);
        Panel = panel;
        Settings = settings;
        Rules = rules;
        FirstDay = period.FirstDay;
        EndDay = period.EndDay;
        TradeDay = period.TradeDay;
        Accounts = [.. settings.AllAccounts()];
        _margins = [.. Accounts.Select(account => account.Margin)];
        Ledger = new Ledger(panel, Accounts, new CurrencyTable(panel, settings));
        if (SettlementBook.IsNeeded(panel, settings, rules))
        {
            Ledger.TrackSettlements();
        }

        Orders = new OrderBook(panel.Series.Length, settings.OrderCountMax);
        Terms = new TermsTable(panel, settings, rules);
        Fills = new EntryList<FillEntry>();
        Matcher = new Matcher(this);
        Desk = new OrderDesk(this);
        Actions = new ActionProcessor(this);
        Interest = new InterestBook(this);
        Margins = new MarginDesk(this);
        int firstBar = panel.Axis.FirstBarOf(FirstDay);
        _firstRows = [.. panel.Series.Select(series => series.RowFrom(firstBar))];
        _rows = [.. _firstRows];
        Bar = panel.Axis.FirstBarOf(FirstDay) - 1;
        Day = FirstDay;
        SetDayBounds();
        SetRates(Math.Max(FirstDay - 1, 0));
    }

    public MarketPanel Panel { get; }

    public BacktestSettings Settings { get; }

    public RuleBook Rules { get; }

    public AccountSettings[] Accounts { get; }

    public Ledger Ledger { get; }

    public OrderBook Orders { get; }

    public TermsTable Terms { get; }

    public EntryList<FillEntry> Fills { get; }

    /// <summary>Sums of the orders that have filled in part.</summary>
    public EntryList<FeeSums> FeeSums { get; } = new();

    public Matcher Matcher { get; }

    public OrderDesk Desk { get; }

    public ActionProcessor Actions { get; }

    public InterestBook Interest { get; }

    public MarginDesk Margins { get; }

    /// <summary>Changes of cash and shares that are not fills, in order of booking.</summary>
    public List<Posting> Postings { get; } = [];

    public List<MarginCall> MarginCalls { get; } = [];

    /// <summary>Next day on which <see cref="BeginDay"/> changes anything but the day itself; every day with interest or borrowing.</summary>
    public int NextWorkDay => Interest.IsNeeded ? Day + 1 : Actions.NextDay;

    /// <summary>First day of the run.</summary>
    public int FirstDay { get; }

    /// <summary>First day on which orders are taken and equity is recorded; those before it warm up the strategy.</summary>
    public int TradeDay { get; }

    /// <summary>Day after the last one of the run.</summary>
    public int EndDay { get; }

    /// <summary>Last bar that is known; one before the first of the run at its start.</summary>
    public int Bar { get; set; }

    /// <summary>Last bar of which an order given now knows something: during a tick the bar that it lies in.</summary>
    public int SubmitBar => SubmitTick > 0 ? Bar + 1 : Bar;

    /// <summary>Position of the tick that the strategy sees, from 1; 0 outside of ticks.</summary>
    public int SubmitTick { get; private set; }

    /// <summary>Current day.</summary>
    public int Day { get; private set; }

    public DateOnly Date => Panel.Calendar.Days[Day];

    public int FirstBarOfDay { get; private set; }

    public int LastBarOfDay { get; private set; }

    /// <summary>Terms for borrowing of an account; null for a cash account.</summary>
    public MarginSettings? MarginOf(int account) => _margins[account];

    /// <summary>Where an order stands.</summary>
    /// <param name="index">Index of the order, from 0.</param>
    public OrderNotice NoticeOf(int index)
    {
        ref OrderEntry order = ref Orders[index];
        return new OrderNotice(
            index + 1, order.Instrument, order.Account, order.State, new Quantity(order.Quantity), new Quantity(order.FilledQuantity), order.BoundBy);
    }

    /// <summary>What a strategy is told of a fill.</summary>
    /// <param name="index">Index of the fill, from 0.</param>
    public FillNotice FillNoticeOf(int index)
    {
        ref FillEntry fill = ref Fills[index];
        ref OrderEntry order = ref Orders[fill.Order];
        return new FillNotice(
            fill.Order + 1, order.Instrument, order.Account, order.Side, new Price(fill.Price), new Quantity(fill.Quantity), new Money(fill.Fees));
    }

    /// <summary>True when the instrument is no longer listed.</summary>
    public bool IsGone(int instrument) => Actions.IsGone(instrument) || Panel.Series[instrument].Instrument.DelistDate < Date;

    /// <summary>True when the instrument has no tradable bar on the whole current day.</summary>
    public bool IsSuspended(int instrument)
    {
        for (int bar = FirstBarOfDay; bar <= LastBarOfDay; bar++)
        {
            if (Matcher.Trades(instrument, Panel.Series[instrument].RowAt(bar)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Starts a day, before its first bar.</summary>
    public void BeginDay(int day)
    {
        Day = day;
        SetDayBounds();
        Interest.BeginDay();
        Actions.BeginDay();
    }

    /// <summary>True when a heartbeat within the day comes before a bar time.</summary>
    public bool HasHeartbeatAt(int bar)
    {
        long step = Settings.HeartbeatMinutes * TimeSpan.MicrosecondsPerMinute;
        ReadOnlySpan<long> starts = Panel.Axis.Starts.Span;
        return step > 0 && bar > FirstBarOfDay && starts[bar] / step > starts[bar - 1] / step;
    }

    /// <summary>The strategy begins to see a tick.</summary>
    public void BeginTick(int position) => SubmitTick = position + 1;

    /// <summary>The strategy has seen the tick.</summary>
    public void EndTick() => SubmitTick = 0;

    /// <summary>After the last bar of the day is marked, before the strategy sees it: the day's exchange rates become known.</summary>
    public void CloseMarket() => SetRates(Day);

    /// <summary>Ends the day, after the strategy: orders whose last day it was expire, margins are checked.</summary>
    public void FinishDay()
    {
        Orders.Expire(Day);
        Margins.FinishDay();
    }

    /// <summary>Row of an instrument's bar at a time, or -1. Times are asked for in ascending order; amortised constant.</summary>
    public int RowAt(int instrument, int bar)
    {
        InstrumentBars series = Panel.Series[instrument];
        if (series.IsFull)
        {
            return bar < series.Count ? bar : -1;
        }

        ReadOnlySpan<int> slots = series.Slots.Span;
        int row = _rows[instrument];
        while (row < slots.Length && slots[row] < bar)
        {
            row++;
        }

        _rows[instrument] = row;
        return row < slots.Length && slots[row] == bar ? row : -1;
    }

    /// <summary>First row of an instrument in the run.</summary>
    public int FirstRow(int instrument) => _firstRows[instrument];

    /// <summary>Row after the last one that is known.</summary>
    public int RowEnd(int instrument)
    {
        int row = RowAt(instrument, Bar);
        return row >= 0 ? row + 1 : Panel.Series[instrument].IsFull ? 0 : _rows[instrument];
    }

    /// <summary>Trading day of a row of an instrument.</summary>
    public int DayOfRow(int instrument, int row)
    {
        InstrumentBars series = Panel.Series[instrument];
        return Panel.Axis.Days.Span[series.IsFull ? row : series.Slots.Span[row]];
    }

    /// <summary>Books cash without a trade.</summary>
    public void PostCash(PostingKind kind, int account, int currency, long amount, string source)
    {
        Ledger.Post(account, 0, 0, 0, currency, amount);
        Postings.Add(new Posting(Date, kind, account, Ledger.Currencies.Name(currency), new Money(amount), default, default, source));
    }

    /// <summary>Moves cash between currencies at the last known rates; false when there is not enough.</summary>
    public bool TryExchange(int account, int from, int to, long amount)
    {
        if (Ledger.Cash(account, from) - Ledger.UnsettledCash(account, from, Day) < amount)
        {
            return false;
        }

        long received = ScaledMath.MulDivHalfUp(amount, Ledger.Rate(from), Ledger.Rate(to));
        PostCash(PostingKind.Exchange, account, from, -amount, "strategy");
        PostCash(PostingKind.Exchange, account, to, received, "strategy");
        return true;
    }

    /// <summary>Gives the memory of orders and fills back to the pool; the run is over.</summary>
    public void Release()
    {
        Orders.Release();
        Fills.Release();
        FeeSums.Release();
    }

    private void SetDayBounds()
    {
        FirstBarOfDay = Panel.Axis.FirstBarOf(Day);
        LastBarOfDay = Panel.Axis.EndBarOf(Day) - 1;
    }

    private void SetRates(int day)
    {
        for (int currency = 1; currency < Ledger.Currencies.Count; currency++)
        {
            Ledger.SetRate(currency, Ledger.Currencies.RateOn(currency, day));
        }
    }
}
