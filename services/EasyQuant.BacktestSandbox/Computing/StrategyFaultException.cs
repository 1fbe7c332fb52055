namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>A strategy threw and the policy is to stop.</summary>
/// <param name="fault">What it threw and where.</param>
/// <param name="inner">The exception itself.</param>
public sealed class StrategyFaultException(StrategyFault fault, Exception inner) : Exception(fault.ToString(), inner)
{
    /// <summary>What it threw and where.</summary>
    public StrategyFault Fault { get; } = fault;
}
