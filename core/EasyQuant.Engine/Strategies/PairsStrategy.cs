using EasyQuant.Domain;
using EasyQuant.Indicators;

namespace EasyQuant.Engine;

/// <summary>
/// Trades pairs of neighbours in order of symbol (first and second, third and fourth, ...; a last odd one is left alone) on the standard score of the
/// logarithm of their price ratio (after E. Gatev, W. Goetzmann and K. Rouwenhorst, "Pairs Trading", Review of Financial Studies 19, 2006):
/// when one is dear against the other it buys the cheap one, and sells the dear one short where that is asked for, until the score is
/// near 0 again. Only times at which both have a bar count.
/// </summary>
/// <param name="parameters">Window, thresholds, size.</param>
public struct PairsStrategy(PairsParameters parameters) : IStrategy
{
    private ZScoreStream[] _scores = [];
    private long[] _closes = [];

    /// <inheritdoc />
    public readonly BarFields FieldsRead => BarFields.Close;

    /// <inheritdoc />
    public void OnStart(StrategyContext context)
    {
        _scores = new ZScoreStream[context.InstrumentCount / 2];
        _closes = new long[context.InstrumentCount];
        for (int i = 0; i < _scores.Length; i++)
        {
            _scores[i] = new ZScoreStream(parameters.Period);
        }
    }

    /// <inheritdoc />
    public void OnBar(StrategyContext context, int instrument, in Bar bar) => _closes[instrument] = bar.Close.Units;

    /// <inheritdoc />
    public void OnBarsComplete(StrategyContext context)
    {
        for (int pair = 0; pair < _scores.Length; pair++)
        {
            int first = 2 * pair;
            if (_closes[first] > 0 && _closes[first + 1] > 0)
            {
                double score = _scores[pair].Next(Math.Log((double)_closes[first] / _closes[first + 1]));
                if (!double.IsNaN(score) && !context.HasRestingOrder(first) && !context.HasRestingOrder(first + 1))
                {
                    Trade(context, first, score);
                }
            }
        }

        Array.Clear(_closes);
    }

    /// <inheritdoc />
    public void OnStop(StrategyContext context)
    {
    }

    private readonly void Trade(StrategyContext context, int first, double score)
    {
        (int cheap, int dear) = score > 0 ? (first + 1, first) : (first, first + 1);
        bool isFlat = context.Position(first) == 0 && context.Position(first + 1) == 0;
        if (Math.Abs(score) <= parameters.Leave || context.Position(cheap) < 0 || context.Position(dear) > 0)
        {
            Close(context, first);
            Close(context, first + 1);
        }
        else if (isFlat && Math.Abs(score) >= parameters.Enter)
        {
            parameters.Size.Buy(context, cheap);
            if (parameters.Shorts && parameters.Size.Resolve(context, dear) is > 0 and var shares)
            {
                context.Sell(dear, shares);
            }
        }
    }

    private static void Close(StrategyContext context, int instrument)
    {
        long held = context.Position(instrument);
        if (held > 0)
        {
            context.Sell(instrument, held);
        }
        else if (held < 0)
        {
            context.Buy(instrument, -held);
        }
    }
}
