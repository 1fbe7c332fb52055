using EasyQuant.Domain;
using EasyQuant.Indicators;

namespace EasyQuant.Engine;

/// <summary>
/// Holds the instruments that rose most, in equal parts, and rotates at a fixed number of bars (after N. Jegadeesh and S. Titman, "Returns to
/// Buying Winners and Selling Losers", Journal of Finance 48, 1993, long only): sells what is no longer among the best, then buys the
/// newcomers. Of equal ones the first by symbol is held. An instrument without a bar keeps its rank's last value.
/// </summary>
/// <param name="parameters">Lookback, rhythm, count.</param>
public struct MomentumRotationStrategy(MomentumRotationParameters parameters) : IStrategy
{
    private RocStream[] _change = [];
    private double[] _last = [];
    private bool[] _isChosen = [];
    private int _bars = 0;

    /// <inheritdoc />
    public readonly BarFields FieldsRead => BarFields.Close;

    /// <inheritdoc />
    public void OnStart(StrategyContext context)
    {
        _change = new RocStream[context.InstrumentCount];
        _last = new double[context.InstrumentCount];
        _isChosen = new bool[context.InstrumentCount];
        for (int i = 0; i < _change.Length; i++)
        {
            _change[i] = new RocStream(parameters.Lookback);
            _last[i] = double.NaN;
        }
    }

    /// <inheritdoc />
    public void OnBar(StrategyContext context, int instrument, in Bar bar) => _last[instrument] = _change[instrument].Next(bar.Close.Units);

    /// <inheritdoc />
    public void OnBarsComplete(StrategyContext context)
    {
        _bars++;
        if (_bars <= parameters.Lookback || (_bars - parameters.Lookback - 1) % parameters.Every != 0)
        {
            return;
        }

        Choose();
        for (int i = 0; i < _isChosen.Length; i++)
        {
            if (!_isChosen[i] && context.Position(i) > 0 && !context.HasRestingOrder(i))
            {
                context.Sell(i, context.Position(i));
            }
        }

        // Sales come first in order of submission, so their cash serves the buys at the same open.
        Money part = new(Math.Max(0, context.Equity.Units) / parameters.Top);
        for (int i = 0; i < _isChosen.Length; i++)
        {
            if (_isChosen[i] && context.Position(i) == 0 && !context.HasRestingOrder(i) && context.SharesFor(i, part) is > 0 and var shares)
            {
                context.Buy(i, shares);
            }
        }
    }

    /// <inheritdoc />
    public void OnStop(StrategyContext context)
    {
    }

    private readonly void Choose()
    {
        Array.Clear(_isChosen);
        for (int place = 0; place < parameters.Top; place++)
        {
            int best = -1;
            for (int i = 0; i < _last.Length; i++)
            {
                if (!_isChosen[i] && _last[i] >= parameters.MinimumPercent && (best < 0 || _last[i] > _last[best]))
                {
                    best = i;
                }
            }

            if (best < 0)
            {
                return;
            }

            _isChosen[best] = true;
        }
    }
}
