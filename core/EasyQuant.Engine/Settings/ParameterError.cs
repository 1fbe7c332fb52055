namespace EasyQuant.Engine;

/// <summary>One thing wrong with the parameters of a backtest.</summary>
/// <param name="Reason">UPPER_SNAKE: STRATEGY_NOT_FOUND, UNKNOWN_PARAMETER, PARAMETER_TYPE, PARAMETER_OUT_OF_RANGE or PERIOD_EMPTY.</param>
/// <param name="Field">Name of the parameter.</param>
/// <param name="Message">A sentence with what was expected and what was given.</param>
public sealed record ParameterError(string Reason, string Field, string Message);
