using EasyQuant.Engine;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>Says in the words of the API why a backtest could not be computed.</summary>
public static class FaultExplanation
{
    /// <summary>Returns the fault; null when the exception is a fault of the platform.</summary>
    /// <param name="exception">What the engine or the strategy threw.</param>
    public static SandboxFault? Of(Exception exception) => exception switch
    {
        BacktestParameterException e => new(e.Errors[0].Reason, e.Message),
        BarTableException e => new(e.Reason, e.Message),
        StrategyFaultException e => new("STRATEGY_FAILED", e.Message),
        OverflowException => new("VALUE_OUT_OF_RANGE", "An amount of the backtest exceeds the range of money (about 9e14 CNY)."),
        _ => null,
    };
}
