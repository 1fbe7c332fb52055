using System.Collections.Immutable;
using EasyQuant.BacktestSandbox.Plans;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>Makes the market of a backtest: the same one in the service and in the sandbox. Stateless and thread-safe.</summary>
public static class MarketReader
{
    /// <summary>Makes the market of a table of daily bars, or of ticks when the plan says so.</summary>
    /// <exception cref="BarTableException">The table is none of bars or ticks.</exception>
    /// <exception cref="BacktestParameterException">FX_RATE_MISSING: the first rate of a currency is after the first day.</exception>
    public static MarketPanel Read(Table bars, MarketPlan plan)
    {
        MarketPanel panel = plan.Ticks is { } ticks && PanelInterval.TryParse(ticks.Interval, out PanelInterval interval)
            ? TickMarket.FromTable(bars, interval, TimeSpan.FromMinutes(ticks.UtcOffsetMinutes))
            : DailyPanelReader.Read(bars);
        return Compared(plan, plan.Rates.Count == 0 ? panel : new MarketPanel(panel.Calendar, panel.Axis, panel.Series, panel.Actions, RatesOf(plan, panel.Calendar)));
    }

    /// <summary>
    /// Makes the market of a panel on disk. Without adjustment its columns are read where they lie; adjusted prices are a copy, without the corporate
    /// actions that are in the prices already.
    /// </summary>
    /// <param name="panel">The panel; the market is valid as long as it is.</param>
    /// <param name="plan">Symbols, adjustment, rates.</param>
    /// <param name="cancellationToken">Stops between two instruments.</param>
    /// <exception cref="PanelException">The panel lacks a symbol, or the copy does not fit into memory.</exception>
    /// <exception cref="BacktestParameterException">FX_RATE_MISSING: the first rate of a currency is after the first day.</exception>
    public static MarketPanel Open(BarPanel panel, MarketPlan plan, CancellationToken cancellationToken)
    {
        PanelPlan wanted = plan.Panel ?? new PanelPlan([], PriceAdjustment.None, null);
        Symbol[] symbols = [.. wanted.Symbols.Select(Symbol.Parse)];
        MarketPanel whole = MarketPanelOpener.Open(wanted.Adjustment == PriceAdjustment.None ? panel : Adjusted(panel, symbols, wanted, cancellationToken));
        bool isPart = symbols.Length > 0 && whole.Series.Length > symbols.Length;
        if (!isPart && plan.Rates.Count == 0)
        {
            return Compared(plan, whole);
        }

        SortedSet<Symbol> kept = [.. symbols.Length == 0 ? whole.Series.Select(one => one.Instrument.Symbol) : symbols];
        // What a kept instrument turns into has to be there.
        foreach (Conversion conversion in whole.Actions.OfType<Conversion>().Where(one => kept.Contains(one.Symbol)))
        {
            kept.Add(conversion.Successor);
        }

        return Compared(plan, new MarketPanel(
            whole.Calendar,
            whole.Axis,
            [.. whole.Series.Where(one => kept.Contains(one.Instrument.Symbol))],
            [.. whole.Actions.Where(one => kept.Contains(one.Symbol))],
            RatesOf(plan, whole.Calendar)));
    }

    private static MarketPanel Compared(MarketPlan plan, MarketPanel panel) =>
        BenchmarkUniverse.Of(panel, plan.Benchmark.Select(Symbol.Parse), plan.Universe.Select(Symbol.Parse).ToHashSet());

    private static BarPanel Adjusted(BarPanel panel, Symbol[] symbols, PanelPlan wanted, CancellationToken cancellationToken)
    {
        var query = new PanelQuery { Symbols = symbols.Length == 0 ? null : symbols, Adjustment = wanted.Adjustment, AsOf = wanted.AsOf };
        var options = new PanelOptions
        {
            Dataset = panel.Manifest.Dataset,
            Interval = panel.Manifest.Interval,
            Facts = [.. panel.Instruments.Select(one => one.Facts with { Factors = [], Actions = [.. one.Facts.Actions.Where(action => action is Delisting)] })],
            Room = 0,
        };
        PanelDraft draft = PanelBuilder.Create(PanelTable.Read(panel, query), options, 1);
        return BarPanel.Open(new MemoryPanelFiles(draft, cancellationToken));
    }

    private static ImmutableArray<FxRates> RatesOf(MarketPlan plan, TradingCalendar calendar) =>
        [.. plan.Rates.Select(one => FxRates.Of(one.Currency, [.. one.Rates.Select(rate => (rate.From, rate.Rate))], calendar))];
}
