namespace EasyQuant.Engine;

/// <summary>The parameters of a backtest are unusable: the caller's fault, nothing was run.</summary>
/// <param name="errors">All errors, at least one.</param>
public sealed class BacktestParameterException(IReadOnlyList<ParameterError> errors)
    : ArgumentException(string.Join(" ", errors.Select(error => error.Message)))
{
    /// <summary>All errors, at least one.</summary>
    public IReadOnlyList<ParameterError> Errors { get; } = errors;
}
