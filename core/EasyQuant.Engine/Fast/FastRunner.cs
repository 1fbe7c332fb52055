using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// One run of the fast engine: the same core as <see cref="ReferenceRun{TStrategy}"/>, driven only where something can happen. Orders are matched when one
/// rests, notices looked for after a match, columns read by address.
/// </summary>
internal sealed unsafe class FastRunner<TStrategy>
    where TStrategy : IStrategy
{
    private const int NoInstrument = -1;
    private const int PrefetchBars = 64;
    private static readonly bool s_isToldNothing = !StrategyCalls<TStrategy>.HasOnFill && !StrategyCalls<TStrategy>.HasOnOrder;
    private readonly TradingCore _core;
    private readonly FastMarket _market;
    private readonly FastMatcher _matcher;
    private readonly StrategyContext _context;
    private readonly RunRecorder _recorder;
    private readonly bool _matchesSameClose;
    private readonly bool _hasTicks;
    private readonly bool _beats;
    private readonly FastRows _rows;
    private readonly StrategyNotices<TStrategy> _notices;
    private readonly TickReplay<TStrategy> _ticks;
    private TStrategy _strategy;
    private int _current = NoInstrument;
    private bool _isInStrategy;

    public FastRunner(TradingCore core, FastMarket market, TStrategy strategy)
    {
        _core = core;
        _market = market;
        _strategy = strategy;
        _matcher = new FastMatcher(core, market);
        _context = new StrategyContext(core);
        _notices = new StrategyNotices<TStrategy>(core, _context);
        _ticks = new TickReplay<TStrategy>(core, _context, _notices);
        _recorder = new RunRecorder(core);
        _matchesSameClose = core.Settings.FillRule == FillRule.SameClose;
        _beats = StrategyCalls<TStrategy>.HasOnHeartbeat && core.Settings.HeartbeatMinutes > 0;
        _hasTicks = core.Panel.TickCount > 0;
        _rows = new FastRows(core, market);
        core.Orders.TracksEnds = StrategyCalls<TStrategy>.HasOnOrder;
    }

    private bool IsInStrategy => _isInStrategy || _ticks.IsInStrategy;

    /// <summary>Runs to the end and returns what was recorded.</summary>
    public RunRecorder Run(Action<int, int>? progress, int progressDayInterval, CancellationToken cancellationToken)
    {
        int dayCount = _core.EndDay - _core.FirstDay;
        try
        {
            _isInStrategy = true;
            _strategy.OnStart(_context);
            _context.AcceptOrders(true);
            for (int day = _core.FirstDay; day < _core.EndDay; day++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if ((day - _core.FirstDay) % progressDayInterval == 0)
                {
                    progress?.Invoke(day - _core.FirstDay, dayCount);
                }

                RunDay(day, cancellationToken);
            }

            _isInStrategy = true;
            _strategy.OnStop(_context);
        }
        catch (OverflowException e) when (!IsInStrategy)
        {
            throw new BacktestException("AMOUNT_TOO_LARGE", $"On {_core.Date:O} an amount exceeds the range of money.", e);
        }
        catch (Exception e) when (IsInStrategy && e is not (BacktestException or OperationCanceledException))
        {
            int current = Math.Max(_current, Math.Max(_notices.Current, _ticks.Current));
            throw StrategyFailure.Of(_core.Date, current == NoInstrument ? null : _core.Panel.Series[current].Instrument.Symbol, e);
        }

        _core.Orders.ExpireAll();
        progress?.Invoke(dayCount, dayCount);
        return _recorder;
    }

    private void RunDay(int day, CancellationToken cancellationToken)
    {
        _isInStrategy = false;
        _core.BeginDay(day);
        if (StrategyCalls<TStrategy>.HasOnHeartbeat)
        {
            _isInStrategy = true;
            _strategy.OnHeartbeat(_context);
        }

        if (_market.Columns.Length == 1 && _market.IsFull && !_hasTicks && !_beats)
        {
            RunBarsOfOne(day);
        }
        else
        {
            RunBars(day, cancellationToken);
        }

        _isInStrategy = false;
        _core.FinishDay();
        _recorder.Record();
    }

    /// <summary>The bars of a day of a panel with one instrument.</summary>
    private void RunBarsOfOne(int day)
    {
        int bar = _core.FirstBarOfDay;
        int last = _core.LastBarOfDay;
        while (bar <= last)
        {
            bool isQuiet = bar < last && !_matchesSameClose && (s_isToldNothing || (_core.Orders.OpenCount == 0 && !StrategyCalls<TStrategy>.HasOnOrder));
            bar = isQuiet ? RunQuietBars(bar, last, day) : RunOneBar(bar, last, day);
        }
    }

    /// <summary>
    /// Shows bars before <paramref name="last"/> with the strategy in registers; returns the first bar that it left. Leaves at a resting order, unless the
    /// strategy is told nothing of orders, so that matching does not touch it.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int RunQuietBars(int bar, int last, int day)
    {
        // Compiled by itself, with one index over addresses and little else alive, so that the registers are left to the strategy.
        ref readonly FastColumns columns = ref _market.Columns[0];
        long* open = columns.Open;
        long* high = columns.High;
        long* low = columns.Low;
        long* close = columns.Close;
        long* volume = columns.Volume;
        long* amount = columns.Amount;
        long previousClose = columns.PreviousClose[day];
        TradingCore core = _core;
        OrderBook orders = core.Orders;
        DateOnly date = core.Date;
        ref long lastPrice = ref core.Ledger.PricesInFlux()[0];
        StrategyContext context = _context;
        _isInStrategy = true;
        _current = 0;
        TStrategy strategy = _strategy;
        BarFields withheld = StrategyCalls<TStrategy>.Withheld(ref strategy);
        do
        {
            if (s_isToldNothing && orders.OpenCount > 0)
            {
                MatchBetween(bar);
            }

            core.Bar = bar;
            long price = close[bar];
            lastPrice = price;
            if (Sse.IsSupported && (withheld & BarFields.Open) != 0 && (bar & 7) == 0)
            {
                // A fill reads the open; a column that nobody walks through is not in the cache. Eight bars are one line of it.
                Sse.Prefetch0(open + bar + PrefetchBars);
            }

            Bar one = new(
                date,
                new Price((withheld & BarFields.Open) == 0 ? open[bar] : 0),
                new Price((withheld & BarFields.High) == 0 ? high[bar] : 0),
                new Price((withheld & BarFields.Low) == 0 ? low[bar] : 0),
                new Price((withheld & BarFields.Close) == 0 ? price : 0),
                new Quantity((withheld & BarFields.Volume) == 0 ? volume[bar] : 0),
                new Price((withheld & BarFields.PreviousClose) == 0 ? previousClose : 0),
                new Money((withheld & BarFields.Amount) == 0 && amount is not null ? amount[bar] : 0),
                withheld);
            strategy.OnBar(context, 0, in one);
            if (StrategyCalls<TStrategy>.HasOnBarsComplete)
            {
                _current = NoInstrument;
                strategy.OnBarsComplete(context);
                _current = 0;
            }

            bar++;
        }
        while (bar < last && (s_isToldNothing || orders.OpenCount == 0));
        core.Ledger.PricesSet();
        _strategy = strategy;
        _current = NoInstrument;
        return bar;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MatchBetween(int bar)
    {
        _isInStrategy = false;
        _current = NoInstrument;
        _matcher.MatchAll(bar);
        _current = 0;
        _isInStrategy = true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int RunOneBar(int bar, int last, int day)
    {
        TradingCore core = _core;
        _isInStrategy = false;
        if (core.Orders.OpenCount > 0)
        {
            _matcher.MatchAll(bar);
        }

        FastColumns columns = _market.Columns[0];
        core.Ledger.SetPrice(0, columns.Close[bar]);
        core.Bar = bar;
        if (bar == last)
        {
            core.CloseMarket();
        }

        _isInStrategy = true;
        _notices.Tell(ref _strategy);
        _current = 0;
        Bar one = columns.BarAt(bar, day, core.Date, StrategyCalls<TStrategy>.Withheld(ref _strategy));
        _strategy.OnBar(_context, 0, in one);
        _current = NoInstrument;
        EndBar(bar);
        return bar + 1;
    }

    /// <summary>The bars of a day of a panel with several instruments.</summary>
    private void RunBars(int day, CancellationToken cancellationToken)
    {
        TradingCore core = _core;
        ReadOnlySpan<FastColumns> all = _market.Columns;
        DateOnly date = core.Date;
        int last = core.LastBarOfDay;
        for (int bar = core.FirstBarOfDay; bar <= last; bar++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_beats && core.HasHeartbeatAt(bar))
            {
                _isInStrategy = true;
                _strategy.OnHeartbeat(_context);
            }

            _isInStrategy = false;
            _ticks.Run(bar, ref _strategy);
            bool hasMatched = core.Orders.OpenCount > 0;
            if (hasMatched)
            {
                _matcher.MatchAll(bar);
            }

            _rows.MarkCloses(bar);
            core.Bar = bar;
            if (bar == last)
            {
                core.CloseMarket();
            }

            _isInStrategy = true;
            if (hasMatched || _matchesSameClose || StrategyCalls<TStrategy>.HasOnOrder)
            {
                _notices.Tell(ref _strategy);
            }

            for (int i = 0; StrategyCalls<TStrategy>.HasOnBar && i < all.Length; i++)
            {
                int row = _rows.RowOf(i, bar);
                if (row >= 0)
                {
                    _current = i;
                    Bar one = all[i].BarAt(row, day, date, StrategyCalls<TStrategy>.Withheld(ref _strategy));
                    _strategy.OnBar(_context, i, in one);
                }
            }

            _current = NoInstrument;
            EndBar(bar);
        }
    }

    private void EndBar(int bar)
    {
        if (StrategyCalls<TStrategy>.HasOnBarsComplete)
        {
            _strategy.OnBarsComplete(_context);
        }

        if (_matchesSameClose)
        {
            _isInStrategy = false;
            _core.Matcher.MatchSameClose(bar);
        }
    }
}
