using EasyQuant.Data;
using EasyQuant.Engine;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>Says in the words of the API why a backtest could not be computed.</summary>
public static class FaultExplanation
{
    /// <summary>The strategy reached the limit of its memory.</summary>
    internal static SandboxFault OutOfMemory { get; } = new("STRATEGY_MEMORY_EXCEEDED", "The strategy needs more memory than it may have.");

    /// <summary>Returns the fault; null when the exception is a fault of the platform.</summary>
    /// <param name="exception">What the engine or the strategy threw.</param>
    public static SandboxFault? Of(Exception exception) => exception switch
    {
        BacktestParameterException e => new(e.Errors[0].Reason, e.Message),
        BarTableException e => new(e.Reason, e.Message),
        PanelException e => new(e.Reason, e.Message),
        StrategyFaultException { InnerException: OrderValueException value } e => new(value.Reason, e.Message),
        StrategyFaultException e => new("STRATEGY_FAILED", e.Message),
        BacktestException { InnerException: StrategyFaultException e } => Of(e),
        BacktestException { InnerException: OutOfMemoryException } => OutOfMemory,
        BacktestException e => new(e.Reason, e.Message),
        OverflowException => new("VALUE_OUT_OF_RANGE", "An amount of the backtest exceeds the range of money (about 9e14 CNY)."),
        _ => null,
    };
}
