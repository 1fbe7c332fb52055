using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Runs a signal strategy in an engine for event strategies: what the sweep kernel computes in lanes equals this run of a panel with
/// one instrument. With several instruments all share the accounts of the run. One instance serves one run.
/// </summary>
/// <typeparam name="TSignal">The signal strategy.</typeparam>
public struct SignalAdapter<TSignal> : IStrategy
    where TSignal : ISignalStrategy
{
    private readonly TSignal _signal;
    private readonly MarketPanel _panel;
    private readonly BacktestSettings _settings;
    private SignalOutput[] _signals;
    private int[] _next;

    /// <summary>Prepares the run.</summary>
    /// <param name="signal">The strategy.</param>
    /// <param name="panel">The panel that the run reads.</param>
    /// <param name="settings">The settings of the run: the signals see the bars of their period only.</param>
    public SignalAdapter(TSignal signal, MarketPanel panel, BacktestSettings settings)
    {
        _signal = signal;
        _panel = panel;
        _settings = settings;
        _signals = [];
        _next = [];
    }

    /// <inheritdoc />
    public readonly BarFields FieldsRead => BarFields.None;

    /// <inheritdoc />
    public void OnStart(StrategyContext context)
    {
        RunPeriod period = RunPeriod.Of(_panel, _settings);
        int first = _panel.Axis.FirstBarOf(period.FirstDay);
        int end = _panel.Axis.EndBarOf(period.EndDay - 1);
        SignalBarReader reader = new();
        SignalColumns columns = new();
        _signals = new SignalOutput[context.InstrumentCount];
        _next = new int[context.InstrumentCount];
        for (int i = 0; i < _signals.Length; i++)
        {
            columns.Load(reader.Read(_panel.Series[i], first, end));
            _signals[i] = new SignalOutput();
            _signals[i].Reset(reader.Count);
            _signal.Compute(columns, _signals[i]);
        }
    }

    /// <inheritdoc />
    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        SignalOutput signals = _signals[instrument];
        int position = _next[instrument]++;
        if (context.HasRestingOrder(instrument))
        {
            return;
        }

        long held = context.Position(instrument);
        if (held == 0)
        {
            if (signals.Entry[position] && signals.SizeAt(position) is > 0 and var size)
            {
                context.Buy(instrument, size);
            }
        }
        else if (held > 0 && signals.Exit[position])
        {
            context.Sell(instrument, held);
        }
    }

    /// <inheritdoc />
    public void OnStop(StrategyContext context)
    {
    }
}
