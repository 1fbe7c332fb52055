using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Runs lanes on one thread, with memory that it uses again for every instrument.</summary>
internal sealed class LaneWorker<TSignal>(
    MarketPanel panel,
    ImmutableArray<TSignal> parameters,
    BacktestSettings settings,
    RuleBook rules,
    RunPeriod period,
    LaneResult[] lanes)
    where TSignal : ISignalStrategy
{
    private readonly SignalColumns _columns = new();
    private readonly SignalOutput _signals = new();
    private readonly LaneMarket _market = new(panel, settings, rules, period);
    private readonly bool _serves = LaneMarket.Serves(panel, settings);
    private int _instrument = -1;
    private MarketPanel? _single;
    private int[] _events = [];

    /// <summary>Runs the lanes of one instrument from combination <paramref name="from"/>, included, to <paramref name="to"/>, excluded.</summary>
    public void Run(int instrument, int from, int to, CancellationToken cancellationToken)
    {
        if (instrument != _instrument)
        {
            SignalBars bars = _market.Load(instrument);
            _columns.Load(bars);
            _instrument = instrument;
            _single = null;
            if (_events.Length < LaneLedger.EventCapacity(bars.Close.Length))
            {
                _events = new int[LaneLedger.EventCapacity(bars.Close.Length)];
            }
        }

        for (int i = from; i < to; i++)
        {
            if ((i & 255) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            lanes[((long)instrument * parameters.Length) + i] =
                _serves && TryLane(i, out LaneResult result) ? result : RunByEngine(instrument, i, cancellationToken);
        }
    }

    private bool TryLane(int parameter, out LaneResult result)
    {
        _columns.Trim();
        _signals.Reset(_columns.Count);
        Compute(parameter);
        result = default;
        if (_signals.HasSizes || _signals.Size == 0 || !_market.TryPrepare(_signals.Size))
        {
            return false;
        }

        long cash = settings.InitialCash.Units;
        LaneOutcome outcome = _market.IsPlain
            ? LaneLedger.Run(_signals.Entry.Words, _signals.Exit.Words, _signals.Count, _market.Tables, cash, _events)
            : LaneLedger.RunRuled(_signals.Entry.Words, _signals.Exit.Words, _market.Rules, _market.Tables, cash);
        if (outcome.IsLeft)
        {
            return false;
        }

        long equity = checked(outcome.Cash + (outcome.IsHeld ? _market.LastValue() : 0));
        result = new LaneResult(new Money(equity), new Money(outcome.Cash), outcome.OrderCount, outcome.FillCount, outcome.WinCount, false);
        return true;
    }

    private void Compute(int parameter)
    {
        try
        {
            parameters[parameter].Compute(_columns, _signals);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new BacktestException(
                "STRATEGY_FAILED",
                $"Combination {parameter} of the signal strategy failed at {panel.Series[_instrument].Instrument.Symbol}: {e.Message}",
                e);
        }
    }

    private LaneResult RunByEngine(int instrument, int parameter, CancellationToken cancellationToken)
    {
        _single ??= new MarketPanel(
            panel.Calendar,
            panel.Axis,
            [panel.Series[instrument]],
            [.. panel.Actions.Where(action => action.Symbol == panel.Series[instrument].Instrument.Symbol && action is not Conversion)],
            panel.ExchangeRates);
        EngineRun run = FastEngine.Run(
            _single, new SignalAdapter<TSignal>(parameters[parameter], _single, settings), settings, rules, null, cancellationToken);
        return new LaneResult(
            run.Equity[^1].Equity, run.Equity[^1].Cash, run.Orders.Length, run.Fills.Length, LaneWins.Count(run.Fills), true);
    }
}
