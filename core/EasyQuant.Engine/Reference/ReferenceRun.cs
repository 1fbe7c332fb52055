using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>One run of the reference engine.</summary>
internal sealed class ReferenceRun<TStrategy>
    where TStrategy : IStrategy
{
    private const int NoInstrument = -1;
    private readonly TradingCore _core;
    private readonly StrategyContext _context;
    private readonly RunRecorder _recorder;
    private readonly StrategyNotices<TStrategy> _notices;
    private readonly TickReplay<TStrategy> _ticks;
    private TStrategy _strategy;
    private int _current = NoInstrument;
    private bool _isInStrategy;

    public ReferenceRun(TradingCore core, TStrategy strategy)
    {
        _core = core;
        _strategy = strategy;
        _context = new StrategyContext(core);
        _notices = new StrategyNotices<TStrategy>(core, _context);
        _ticks = new TickReplay<TStrategy>(core, _context, _notices);
        _recorder = new RunRecorder(core);
        core.Orders.TracksEnds = StrategyCalls<TStrategy>.HasOnOrder;
    }

    private bool IsInStrategy => _isInStrategy || _ticks.IsInStrategy;

    public EngineRun Run(Action<int, int>? progress, int cancelCheckBarInterval, int progressDayInterval, CancellationToken cancellationToken)
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

                RunDay(day, cancelCheckBarInterval, cancellationToken);
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
        return _recorder.ToRun();
    }

    private void RunDay(int day, int cancelCheckBarInterval, CancellationToken cancellationToken)
    {
        _isInStrategy = false;
        _core.BeginDay(day);
        _isInStrategy = true;
        if (StrategyCalls<TStrategy>.HasOnHeartbeat)
        {
            _strategy.OnHeartbeat(_context);
        }

        for (int bar = _core.FirstBarOfDay; bar <= _core.LastBarOfDay; bar++)
        {
            if (bar % cancelCheckBarInterval == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (StrategyCalls<TStrategy>.HasOnHeartbeat && _core.HasHeartbeatAt(bar))
            {
                _isInStrategy = true;
                _strategy.OnHeartbeat(_context);
            }

            _isInStrategy = false;
            _ticks.Run(bar, ref _strategy);
            _core.Matcher.MatchAll(bar);
            MarkCloses(bar);
            _core.Bar = bar;
            if (bar == _core.LastBarOfDay)
            {
                _core.CloseMarket();
            }

            _isInStrategy = true;
            _notices.Tell(ref _strategy);
            ShowBars(bar);
            if (_core.Settings.FillRule == FillRule.SameClose)
            {
                _isInStrategy = false;
                _core.Matcher.MatchSameClose(bar);
            }
        }

        _isInStrategy = false;
        _core.FinishDay();
        _recorder.Record();
    }

    private void MarkCloses(int bar)
    {
        for (int i = 0; i < _core.Panel.Series.Length; i++)
        {
            int row = _core.RowAt(i, bar);
            if (row >= 0)
            {
                _core.Ledger.SetPrice(i, _core.Panel.Series[i].Close.Span[row]);
            }
        }
    }

    private void ShowBars(int bar)
    {
        for (int i = 0; i < _core.Panel.Series.Length; i++)
        {
            int row = _core.RowAt(i, bar);
            if (row >= 0)
            {
                Bar one = BarAt(_core.Panel.Series[i], i, row);
                _current = i;
                _strategy.OnBar(_context, i, in one);
            }
        }

        _current = NoInstrument;
        if (StrategyCalls<TStrategy>.HasOnBarsComplete)
        {
            _strategy.OnBarsComplete(_context);
        }
    }

    private Bar BarAt(InstrumentBars series, int instrument, int row) => new(
        _core.Date,
        new Price(series.Open.Span[row]),
        new Price(series.High.Span[row]),
        new Price(series.Low.Span[row]),
        new Price(series.Close.Span[row]),
        new Quantity(series.Volume.Span[row]),
        new Price(_core.Panel.PreviousClosesOf(instrument).Span[_core.Day]),
        new Money(series.Amount.IsEmpty ? 0 : series.Amount.Span[row]),
        StrategyCalls<TStrategy>.Withheld(ref _strategy));
}
