using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// The days of a run in the panel's calendar: <paramref name="FirstDay"/> included, <paramref name="EndDay"/> excluded. Days before <paramref name="TradeDay"/> are
/// shown to the strategy and nothing more.
/// </summary>
internal readonly record struct RunPeriod(int FirstDay, int EndDay, int TradeDay)
{
    /// <summary>Checks the settings against the panel.</summary>
    /// <exception cref="BacktestParameterException">Settings are out of range, do not fit the panel, or the period holds no trading day (PERIOD_EMPTY).</exception>
    public static RunPeriod Of(MarketPanel panel, BacktestSettings settings)
    {
        List<ParameterError> errors = [.. settings.Validate()];
        if (settings.FillRule == FillRule.NextVwap && panel.Series.FirstOrDefault(series => series.Amount.IsEmpty) is { } without)
        {
            errors.Add(new ParameterError(
                "AMOUNT_MISSING", "fillRule", $"The fill rule NextVwap needs traded amounts; {without.Instrument.Symbol} has none."));
        }

        foreach (BenchmarkPart part in settings.Benchmark.Where(part => panel.IndexForBenchmark(part.Symbol) < 0))
        {
            errors.Add(new ParameterError("SYMBOL_NOT_FOUND", "benchmark", $"The benchmark names {part.Symbol}, which the data lacks."));
        }

        if (errors.Count > 0)
        {
            throw new BacktestParameterException(errors);
        }

        int first = settings.StartDate is { } start ? IndexFrom(panel.Calendar, start) : 0;
        int end = settings.EndDate is { } last ? IndexFrom(panel.Calendar, last.AddDays(1)) : panel.Calendar.Count;
        return first < end
            ? new RunPeriod(Math.Max(0, first - settings.WarmUpDays), end, first)
            : throw new BacktestParameterException(
                [new ParameterError("PERIOD_EMPTY", "startDate", "The period from startDate to endDate holds no trading day of the data.")]);
    }

    /// <summary>Returns the position of the first trading day not before <paramref name="day"/>; the count of days when there is none.</summary>
    public static int IndexFrom(TradingCalendar calendar, DateOnly day)
    {
        int index = calendar.Days.BinarySearch(day);
        return index >= 0 ? index : ~index;
    }
}
