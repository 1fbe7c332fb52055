using System.Text.Json.Nodes;

namespace EasyQuant.Samples.Demo;

/// <summary>One point of an equity curve.</summary>
/// <param name="Date">Trading date.</param>
/// <param name="Equity">Equity in CNY at the close.</param>
/// <param name="Drawdown">Distance from the highest equity so far as a fraction, 0 or negative.</param>
public sealed record EquityPoint(DateOnly Date, double Equity, double Drawdown);

/// <summary>One cell of a sweep.</summary>
/// <param name="Fast">Length of the fast average in bars.</param>
/// <param name="Slow">Length of the slow average in bars.</param>
/// <param name="Sharpe">Annualised Sharpe ratio; NaN when it is not defined.</param>
/// <param name="TotalReturn">Total return as a fraction.</param>
/// <param name="MaxDrawdown">Largest drawdown as a fraction, 0 or more.</param>
/// <param name="TradeCount">Round trips.</param>
public sealed record SweepCell(int Fast, int Slow, double Sharpe, double TotalReturn, double MaxDrawdown, long TradeCount);

/// <summary>What the demo page shows.</summary>
public sealed record DemoReport
{
    /// <summary>Cells of the sweep, best Sharpe ratio first.</summary>
    public required IReadOnlyList<SweepCell> Sweep { get; init; }

    /// <summary>Equity curve of the best cell, by date, ascending.</summary>
    public required IReadOnlyList<EquityPoint> Equity { get; init; }

    /// <summary>Quality report of the pipeline as the node put it out.</summary>
    public required JsonNode Quality { get; init; }

    /// <summary>Scored symbols, best first.</summary>
    public required TableRows Scores { get; init; }

    /// <summary>Summary of the pipeline.</summary>
    public required JsonNode Summary { get; init; }
}
