namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>An exception of a strategy.</summary>
/// <param name="Call">The method of IStrategy that it left.</param>
/// <param name="TradingDate">The day.</param>
/// <param name="Symbol">The bar's symbol; empty outside OnBar.</param>
/// <param name="Line">Line of the source, from 1; 0 when unknown.</param>
/// <param name="Error">Type and message.</param>
public sealed record StrategyFault(string Call, DateOnly TradingDate, string Symbol, int Line, string Error)
{
    /// <summary>Returns one sentence with everything.</summary>
    public override string ToString()
    {
        string where = Symbol.Length > 0 ? $"{TradingDate:yyyy-MM-dd}, {Symbol}" : $"{TradingDate:yyyy-MM-dd}";
        return $"{Call} failed on {where}, line {Line}: {Error}";
    }
}
