using System.Collections.Immutable;
using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>What a sweep of signal strategies hands back. Immutable, thread-safe.</summary>
/// <param name="InstrumentCount">Number of instruments, in the order of the panel.</param>
/// <param name="ParameterCount">Number of parameter combinations, in the order handed in.</param>
/// <param name="Lanes">One element a lane: instrument i under combination p at i x <paramref name="ParameterCount"/> + p.</param>
public sealed record SignalSweepResult(int InstrumentCount, int ParameterCount, ImmutableArray<LaneResult> Lanes)
{
    /// <summary>Returns a lane.</summary>
    /// <param name="instrument">0 to <see cref="InstrumentCount"/> - 1.</param>
    /// <param name="parameter">0 to <see cref="ParameterCount"/> - 1.</param>
    public LaneResult this[int instrument, int parameter] => Lanes[(instrument * ParameterCount) + parameter];

    /// <summary>
    /// Returns the lanes as a table, a row each: symbol, combination (from 0), equity, cash, order_count, fill_count, win_count, by_engine.
    /// </summary>
    /// <param name="panel">The panel of the sweep.</param>
    /// <exception cref="ArgumentException">The panel has another number of instruments.</exception>
    public Table ToTable(MarketPanel panel)
    {
        if (panel.Series.Length != InstrumentCount)
        {
            throw new ArgumentException($"The sweep has {InstrumentCount} instruments, the panel {panel.Series.Length}.", nameof(panel));
        }

        string[] symbols = [.. panel.Series.Select(series => series.Instrument.Symbol.ToString())];
        return new Table(
        [
            StringColumn.Create("symbol", [.. Enumerable.Range(0, Lanes.Length).Select(i => symbols[i / ParameterCount])]),
            Int64Column.Create("combination", Enumerable.Range(0, Lanes.Length).Select(i => (long)(i % ParameterCount)).ToArray()),
            DecimalColumn.Create("equity", Money.Scale, Lanes.Select(lane => lane.Equity.Units).ToArray()),
            DecimalColumn.Create("cash", Money.Scale, Lanes.Select(lane => lane.Cash.Units).ToArray()),
            Int64Column.Create("order_count", Lanes.Select(lane => (long)lane.OrderCount).ToArray()),
            Int64Column.Create("fill_count", Lanes.Select(lane => (long)lane.FillCount).ToArray()),
            Int64Column.Create("win_count", Lanes.Select(lane => (long)lane.WinCount).ToArray()),
            BoolColumn.Create("by_engine", Lanes.Select(lane => lane.IsByEngine).ToArray()),
        ]);
    }
}
