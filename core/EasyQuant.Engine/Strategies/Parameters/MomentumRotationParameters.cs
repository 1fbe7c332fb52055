namespace EasyQuant.Engine;

/// <summary>Parameters of <see cref="MomentumRotationStrategy"/>.</summary>
/// <param name="Lookback">Bars over which the rate of change is measured, 1 to 1000. Default 60.</param>
/// <param name="Every">Bars between two rotations, 1 to 1000. Default 20.</param>
/// <param name="Top">Instruments held, 1 to 1000. Default 5.</param>
/// <param name="MinimumPercent">Least rate of change in percent of an instrument that is held, -100 to 1000. Default 0.</param>
public sealed record MomentumRotationParameters(int Lookback, int Every, int Top, double MinimumPercent);
