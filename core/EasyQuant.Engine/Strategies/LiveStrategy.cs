using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Drives a strategy with the events of a live host: the same type that the engines run, called the same way. The host calls the members in the order in which
/// the engines do: <see cref="Start"/> once; for every time the heartbeat and the ticks, then fills and ended orders, the bars in order of symbol,
/// <see cref="CompleteBars"/>; <see cref="Stop"/> once. Members that the strategy leaves out are not called. A strategy that fails is not called again. Not
/// thread-safe: one call at a time.
/// </summary>
/// <typeparam name="TStrategy">The strategy.</typeparam>
public sealed class LiveStrategy<TStrategy>
    where TStrategy : IStrategy
{
    private readonly StrategyContext _context;
    private TStrategy _strategy;
    private Phase _phase = Phase.Created;

    /// <summary>Takes a fresh strategy; calls nothing.</summary>
    /// <param name="strategy">The strategy; one instance serves one host.</param>
    /// <param name="host">Market and broker.</param>
    public LiveStrategy(TStrategy strategy, IStrategyHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        _strategy = strategy;
        _context = new StrategyContext(host);
    }

    private enum Phase
    {
        Created,
        Running,
        Ended,
    }

    /// <summary>Calls OnStart; from then on events and orders are taken.</summary>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    /// <exception cref="BacktestException">STRATEGY_FAILED, VALUE_NOT_FINITE, VALUE_NEGATIVE: the strategy threw; the message names date and symbol.</exception>
    public void Start()
    {
        if (_phase != Phase.Created)
        {
            throw new InvalidOperationException("A strategy is started once.");
        }

        _phase = Phase.Running;
        try
        {
            _strategy.OnStart(_context);
            _context.AcceptOrders(true);
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw Failed(null, e);
        }
    }

    /// <summary>A bar has ended: calls OnBar. All closes of its time must be known to the host already.</summary>
    /// <param name="instrument">Index of the instrument.</param>
    /// <param name="bar">The bar with all its fields; those that the strategy does not state to read are withheld.</param>
    /// <exception cref="InvalidOperationException">Not between <see cref="Start"/> and the end.</exception>
    /// <exception cref="BacktestException">As of <see cref="Start"/>.</exception>
    public void AddBar(int instrument, in Bar bar)
    {
        RequireRunning();
        try
        {
            Bar one = Withhold(bar, bar.Withheld | StrategyCalls<TStrategy>.Withheld(ref _strategy));
            _strategy.OnBar(_context, instrument, in one);
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw Failed(instrument, e);
        }
    }

    /// <summary>All bars of a time were added: calls OnBarsComplete.</summary>
    /// <exception cref="InvalidOperationException">Not between <see cref="Start"/> and the end.</exception>
    /// <exception cref="BacktestException">As of <see cref="Start"/>.</exception>
    public void CompleteBars()
    {
        RequireRunning();
        if (StrategyCalls<TStrategy>.HasOnBarsComplete)
        {
            try
            {
                _strategy.OnBarsComplete(_context);
            }
            catch (Exception e) when (IsFailure(e))
            {
                throw Failed(null, e);
            }
        }
    }

    /// <summary>A price has changed: calls OnTick.</summary>
    /// <param name="instrument">Index of the instrument.</param>
    /// <param name="tick">The price change, known to the host as the last price.</param>
    /// <exception cref="InvalidOperationException">Not between <see cref="Start"/> and the end.</exception>
    /// <exception cref="BacktestException">As of <see cref="Start"/>.</exception>
    public void AddTick(int instrument, in Tick tick)
    {
        RequireRunning();
        if (StrategyCalls<TStrategy>.HasOnTick)
        {
            try
            {
                _strategy.OnTick(_context, instrument, in tick);
            }
            catch (Exception e) when (IsFailure(e))
            {
                throw Failed(instrument, e);
            }
        }
    }

    /// <summary>The host's interval has passed: calls OnHeartbeat.</summary>
    /// <exception cref="InvalidOperationException">Not between <see cref="Start"/> and the end.</exception>
    /// <exception cref="BacktestException">As of <see cref="Start"/>.</exception>
    public void Beat()
    {
        RequireRunning();
        if (StrategyCalls<TStrategy>.HasOnHeartbeat)
        {
            try
            {
                _strategy.OnHeartbeat(_context);
            }
            catch (Exception e) when (IsFailure(e))
            {
                throw Failed(null, e);
            }
        }
    }

    /// <summary>An order has filled, in part or in full: calls OnFill.</summary>
    /// <param name="fill">The fill; position and cash of the host have changed already.</param>
    /// <exception cref="InvalidOperationException">Not between <see cref="Start"/> and the end.</exception>
    /// <exception cref="BacktestException">As of <see cref="Start"/>.</exception>
    public void AddFill(in FillNotice fill)
    {
        RequireRunning();
        if (StrategyCalls<TStrategy>.HasOnFill)
        {
            try
            {
                _strategy.OnFill(_context, in fill);
            }
            catch (Exception e) when (IsFailure(e))
            {
                throw Failed(fill.Instrument, e);
            }
        }
    }

    /// <summary>An order has ended: calls OnOrder.</summary>
    /// <param name="order">The order as it ended.</param>
    /// <exception cref="InvalidOperationException">Not between <see cref="Start"/> and the end.</exception>
    /// <exception cref="BacktestException">As of <see cref="Start"/>.</exception>
    public void EndOrder(in OrderNotice order)
    {
        RequireRunning();
        if (StrategyCalls<TStrategy>.HasOnOrder)
        {
            try
            {
                _strategy.OnOrder(_context, in order);
            }
            catch (Exception e) when (IsFailure(e))
            {
                throw Failed(order.Instrument, e);
            }
        }
    }

    /// <summary>Calls OnStop; afterwards events are refused. Idempotent.</summary>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    /// <exception cref="BacktestException">As of <see cref="Start"/>.</exception>
    public void Stop()
    {
        if (_phase == Phase.Ended)
        {
            return;
        }

        RequireRunning();
        try
        {
            _strategy.OnStop(_context);
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw Failed(null, e);
        }

        End();
    }

    private static bool IsFailure(Exception exception) => exception is not OperationCanceledException;

    /// <summary>As the engines make it: what is withheld is not in the bar.</summary>
    private static Bar Withhold(in Bar bar, BarFields withheld) => withheld == BarFields.None ? bar : new Bar(
        bar.TradingDate,
        (withheld & BarFields.Open) == 0 ? bar.Open : default,
        (withheld & BarFields.High) == 0 ? bar.High : default,
        (withheld & BarFields.Low) == 0 ? bar.Low : default,
        (withheld & BarFields.Close) == 0 ? bar.Close : default,
        (withheld & BarFields.Volume) == 0 ? bar.Volume : default,
        (withheld & BarFields.PreviousClose) == 0 ? bar.PreviousClose : default,
        (withheld & BarFields.Amount) == 0 ? bar.Amount : default,
        withheld);

    private void RequireRunning()
    {
        if (_phase != Phase.Running)
        {
            throw new InvalidOperationException(
                _phase == Phase.Created ? "The strategy was not started." : "The strategy has stopped or failed; it takes no more events.");
        }
    }

    private BacktestException Failed(int? instrument, Exception exception)
    {
        End();
        return exception as BacktestException
            ?? StrategyFailure.Of(_context.TradingDate, instrument is { } one ? _context.InstrumentAt(one).Symbol : null, exception);
    }

    private void End()
    {
        _phase = Phase.Ended;
        _context.AcceptOrders(false);
    }
}
