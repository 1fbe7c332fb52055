namespace EasyQuant.Engine;

/// <summary>One thing wrong with the parameters of a backtest.</summary>
/// <param name="Reason">UPPER_SNAKE: UNKNOWN_STRATEGY, UNKNOWN_PARAMETER, PARAMETER_TYPE or PARAMETER_OUT_OF_RANGE.</param>
/// <param name="Field">Name of the parameter.</param>
/// <param name="Message">A sentence with what was expected and what was given.</param>
public sealed record ParameterError(string Reason, string Field, string Message);
