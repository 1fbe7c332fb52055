namespace EasyQuant.BacktestService.Sandbox;

/// <summary>A strategy's process did not end well.</summary>
/// <param name="reason">
/// UPPER_SNAKE: STRATEGY_TIME_EXCEEDED, STRATEGY_MEMORY_EXCEEDED, STRATEGY_STACK_OVERFLOW, STRATEGY_CRASHED, STRATEGY_OUTPUT_INVALID or SANDBOX_UNAVAILABLE.
/// </param>
/// <param name="message">What happened and which limit held.</param>
internal sealed class SandboxException(string reason, string message) : Exception(message)
{
    /// <summary>UPPER_SNAKE reason.</summary>
    public string Reason { get; } = reason;
}
