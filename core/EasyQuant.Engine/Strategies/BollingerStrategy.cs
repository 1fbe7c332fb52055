using EasyQuant.Domain;
using EasyQuant.Indicators;

namespace EasyQuant.Engine;

/// <summary>
/// Reversal per instrument on John Bollinger's bands of closes: buys when the close falls below the lower band, sells everything when it is at
/// or above the middle.
/// </summary>
/// <param name="parameters">Window, width and size.</param>
public struct BollingerStrategy(BollingerParameters parameters) : IStrategy
{
    private BollingerStream[] _bands = [];

    /// <inheritdoc />
    public readonly BarFields FieldsRead => BarFields.Close;

    /// <inheritdoc />
    public void OnStart(StrategyContext context)
    {
        _bands = new BollingerStream[context.InstrumentCount];
        for (int i = 0; i < _bands.Length; i++)
        {
            _bands[i] = new BollingerStream(parameters.Period, parameters.Deviations);
        }
    }

    /// <inheritdoc />
    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        BollingerValue bands = _bands[instrument].Next(bar.Close.Units);
        if (double.IsNaN(bands.Middle) || context.HasRestingOrder(instrument))
        {
            return;
        }

        long held = context.Position(instrument);
        if (bar.Close.Units < bands.Lower && held == 0)
        {
            parameters.Size.Buy(context, instrument);
        }
        else if (bar.Close.Units >= bands.Middle && held > 0)
        {
            context.Sell(instrument, held);
        }
    }

    /// <inheritdoc />
    public void OnStop(StrategyContext context)
    {
    }
}
