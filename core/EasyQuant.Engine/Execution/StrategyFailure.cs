using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Says what a strategy failed with, alike in all engines.</summary>
internal static class StrategyFailure
{
    /// <summary>Makes the error of a run.</summary>
    /// <param name="date">The current day.</param>
    /// <param name="symbol">The instrument that the strategy was called for; null outside of such a call.</param>
    /// <param name="exception">What it threw.</param>
    public static BacktestException Of(DateOnly date, Symbol? symbol, Exception exception)
    {
        string at = symbol is { } one ? $" at {one}" : string.Empty;
        string reason = exception is OrderValueException value ? value.Reason : "STRATEGY_FAILED";
        return new BacktestException(reason, $"The strategy failed on {date:O}{at}: {exception.Message}", exception);
    }
}
