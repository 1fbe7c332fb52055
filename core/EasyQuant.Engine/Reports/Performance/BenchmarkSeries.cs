using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Levels of an index or a portfolio to compare with. Immutable and thread-safe.</summary>
public sealed class BenchmarkSeries
{
    private readonly ImmutableArray<DateOnly> _days;
    private readonly ImmutableArray<double> _levels;

    /// <summary>Makes a series.</summary>
    /// <param name="name">Name shown beside the figures, for example a symbol.</param>
    /// <param name="days">Trading days, strictly ascending.</param>
    /// <param name="levels">Levels at the close of each day, above 0; any unit.</param>
    /// <exception cref="ArgumentException">The lengths differ, there is no day, the days do not ascend, or a level is not a number above 0.</exception>
    public BenchmarkSeries(string name, ImmutableArray<DateOnly> days, ImmutableArray<double> levels)
    {
        if (days.Length == 0 || days.Length != levels.Length)
        {
            throw new ArgumentException($"Benchmark {name} needs as many levels as days and at least one, {days.Length} days and {levels.Length} levels came.");
        }

        for (int i = 0; i < days.Length; i++)
        {
            if (i > 0 && days[i] <= days[i - 1])
            {
                throw new ArgumentException($"The days of benchmark {name} must ascend; {days[i]:O} does not.", nameof(days));
            }

            if (!(levels[i] > 0) || double.IsInfinity(levels[i]))
            {
                throw new ArgumentException($"The level of benchmark {name} on {days[i]:O} must be above 0, was {levels[i]}.", nameof(levels));
            }
        }

        Name = name;
        _days = days;
        _levels = levels;
    }

    /// <summary>Name shown beside the figures.</summary>
    public string Name { get; }

    /// <summary>Makes a series of the closes of an instrument.</summary>
    /// <param name="panel">The panel that holds it.</param>
    /// <param name="symbol">The instrument; days on which it has no bar have no level.</param>
    /// <exception cref="ArgumentException">The panel lacks the instrument or it has no bar, or a close is 0.</exception>
    public static BenchmarkSeries Of(MarketPanel panel, Symbol symbol)
    {
        int instrument = panel.IndexForBenchmark(symbol);
        if (instrument < 0)
        {
            throw new ArgumentException($"The data lacks the benchmark {symbol}.", nameof(symbol));
        }

        InstrumentBars series = panel.SeriesOrReference(instrument);
        ImmutableArray<DateOnly>.Builder days = ImmutableArray.CreateBuilder<DateOnly>();
        ImmutableArray<double>.Builder levels = ImmutableArray.CreateBuilder<double>();
        for (int day = 0; day < panel.Axis.DayCount; day++)
        {
            int end = series.RowFrom(panel.Axis.EndBarOf(day));
            if (end > series.RowFrom(panel.Axis.FirstBarOf(day)))
            {
                days.Add(panel.Calendar.Days[day]);
                levels.Add(series.Close.Span[end - 1]);
            }
        }

        return new BenchmarkSeries(symbol.ToString(), days.ToImmutable(), levels.ToImmutable());
    }

    /// <summary>
    /// Returns the returns of the days of an equity curve. The first day's return is against the last level before it; without an earlier
    /// level it is 0, as the benchmark then starts at the close of that day. A missing day is an error, never filled.
    /// </summary>
    /// <param name="equity">One point a trading day, ascending.</param>
    /// <exception cref="BacktestParameterException">BENCHMARK_INCOMPLETE: there is no level of a day; names it.</exception>
    internal double[] ReturnsOver(ImmutableArray<EquityPoint> equity)
    {
        double[] returns = new double[equity.Length];
        int before = Before(equity[0].TradingDate);
        double previous = before >= 0 ? _levels[before] : double.NaN;
        for (int i = 0; i < returns.Length; i++)
        {
            int at = _days.BinarySearch(equity[i].TradingDate);
            if (at < 0)
            {
                throw new BacktestParameterException([new ParameterError(
                    "BENCHMARK_INCOMPLETE", "benchmark", $"Benchmark {Name} has no level of {equity[i].TradingDate:O}; it needs one of every trading day of the backtest.")]);
            }

            returns[i] = double.IsNaN(previous) ? 0 : (_levels[at] / previous) - 1;
            previous = _levels[at];
        }

        return returns;
    }

    private int Before(DateOnly day)
    {
        int at = _days.BinarySearch(day);
        return (at >= 0 ? at : ~at) - 1;
    }
}
