using System.Diagnostics;
using EasyQuant.BacktestSandbox.Compiling;
using EasyQuant.BacktestSandbox.Plans;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>Stands between the engine and a strategy of a user and turns its exceptions into faults with date, symbol and line. Not thread-safe.</summary>
/// <param name="inner">The strategy.</param>
/// <param name="policy">What an exception does.</param>
public sealed class GuardedStrategy(IStrategy inner, FaultPolicy policy) : IStrategy
{
    /// <summary>Faults that are kept; more are counted.</summary>
    public const int KeptMax = 100;

    private const int ErrorLengthMax = 500;
    private readonly List<StrategyFault> _faults = [];

    /// <summary>The first faults, at most <see cref="KeptMax"/>.</summary>
    public IReadOnlyList<StrategyFault> Faults => _faults;

    /// <summary>All faults.</summary>
    public long FaultCount { get; private set; }

    /// <inheritdoc />
    public BarFields FieldsRead => inner.FieldsRead;

    /// <inheritdoc />
    public void OnStart(StrategyContext context)
    {
        try
        {
            inner.OnStart(context);
        }
        catch (Exception e) when (IsTheirs(e))
        {
            // Without its start a strategy has no state to go on with, so this one is never let pass.
            throw new StrategyFaultException(FaultOf(nameof(OnStart), context, "", e), e);
        }
    }

    /// <inheritdoc />
    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        try
        {
            inner.OnBar(context, instrument, in bar);
        }
        catch (Exception e) when (IsTheirs(e))
        {
            Record(nameof(OnBar), context, context.InstrumentAt(instrument).Symbol.ToString(), e);
        }
    }

    /// <inheritdoc />
    public void OnBarsComplete(StrategyContext context)
    {
        try
        {
            inner.OnBarsComplete(context);
        }
        catch (Exception e) when (IsTheirs(e))
        {
            Record(nameof(OnBarsComplete), context, "", e);
        }
    }

    /// <inheritdoc />
    public void OnFill(StrategyContext context, in FillNotice fill)
    {
        try
        {
            inner.OnFill(context, in fill);
        }
        catch (Exception e) when (IsTheirs(e))
        {
            Record(nameof(OnFill), context, context.InstrumentAt(fill.Instrument).Symbol.ToString(), e);
        }
    }

    /// <inheritdoc />
    public void OnOrder(StrategyContext context, in OrderNotice order)
    {
        try
        {
            inner.OnOrder(context, in order);
        }
        catch (Exception e) when (IsTheirs(e))
        {
            Record(nameof(OnOrder), context, context.InstrumentAt(order.Instrument).Symbol.ToString(), e);
        }
    }

    /// <inheritdoc />
    public void OnTick(StrategyContext context, int instrument, in Tick tick)
    {
        try
        {
            inner.OnTick(context, instrument, in tick);
        }
        catch (Exception e) when (IsTheirs(e))
        {
            Record(nameof(OnTick), context, context.InstrumentAt(instrument).Symbol.ToString(), e);
        }
    }

    /// <inheritdoc />
    public void OnHeartbeat(StrategyContext context)
    {
        try
        {
            inner.OnHeartbeat(context);
        }
        catch (Exception e) when (IsTheirs(e))
        {
            Record(nameof(OnHeartbeat), context, "", e);
        }
    }

    /// <inheritdoc />
    public void OnStop(StrategyContext context)
    {
        try
        {
            inner.OnStop(context);
        }
        catch (Exception e) when (IsTheirs(e))
        {
            Record(nameof(OnStop), context, "", e);
        }
    }

    private static bool IsTheirs(Exception exception) => exception is not (OutOfMemoryException or StrategyFaultException or BacktestException);

    private void Record(string call, StrategyContext context, string symbol, Exception exception)
    {
        FaultCount++;
        if (policy == FaultPolicy.Stop)
        {
            throw new StrategyFaultException(FaultOf(call, context, symbol, exception), exception);
        }

        if (_faults.Count < KeptMax)
        {
            _faults.Add(FaultOf(call, context, symbol, exception));
        }
    }

    private static StrategyFault FaultOf(string call, StrategyContext context, string symbol, Exception exception)
    {
        string error = $"{exception.GetType().Name}: {exception.Message}";
        return new StrategyFault(
            call, context.TradingDate, symbol, LineOf(exception), error.Length <= ErrorLengthMax ? error : error[..ErrorLengthMax]);
    }

    private static int LineOf(Exception exception)
    {
        foreach (StackFrame frame in new StackTrace(exception, fNeedFileInfo: true).GetFrames())
        {
            if (frame.GetFileName() == StrategyCompiler.FileName && frame.GetFileLineNumber() > 0)
            {
                return frame.GetFileLineNumber();
            }
        }

        return 0;
    }
}
