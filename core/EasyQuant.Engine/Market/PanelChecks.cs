using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>What has to fit together in a panel.</summary>
internal static class PanelChecks
{
    /// <summary>Refuses series and rates that do not fit.</summary>
    public static void Check(MarketPanel panel)
    {
        if (panel.Series.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A panel needs at least one series.");
        }

        if (panel.Axis.DayCount != panel.Calendar.Count)
        {
            throw new ArgumentException($"The axis has {panel.Axis.DayCount} days, the calendar {panel.Calendar.Count}.");
        }

        for (int i = 0; i < panel.Series.Length; i++)
        {
            InstrumentBars series = panel.Series[i];
            if (i > 0 && panel.Series[i - 1].Instrument.Symbol.CompareTo(series.Instrument.Symbol) >= 0)
            {
                throw new ArgumentException($"Series must be ordered by distinct symbols; {series.Instrument.Symbol} is not.");
            }

            if ((series.Fault(panel.Axis.Count, panel.Calendar.Count) ?? series.Ticks?.Fault(series, panel.Axis)) is { } fault)
            {
                throw new ArgumentException(fault);
            }
        }

        foreach (InstrumentBars reference in panel.References)
        {
            if (panel.IndexOf(reference.Instrument.Symbol) >= 0)
            {
                throw new ArgumentException($"{reference.Instrument.Symbol} is both traded and kept for benchmarks.");
            }

            if (reference.Fault(panel.Axis.Count, panel.Calendar.Count) is { } fault)
            {
                throw new ArgumentException(fault);
            }
        }

        foreach (FxRates rates in panel.ExchangeRates)
        {
            if (rates.Rates.Length != panel.Calendar.Count || rates.Rates.Span.ContainsAnyInRange(long.MinValue, 0))
            {
                throw new ArgumentException($"The rates of {rates.Currency} must be above 0 and one for each of {panel.Calendar.Count} days.");
            }
        }
    }

    /// <summary>Checks actions and returns them by date and symbol; equal ones keep their order.</summary>
    public static ImmutableArray<CorporateAction> Sorted(MarketPanel panel, ImmutableArray<CorporateAction> actions)
    {
        foreach (CorporateAction action in actions)
        {
            if (panel.IndexOf(action.Symbol) < 0)
            {
                throw new ArgumentException($"The panel lacks {action.Symbol}, which has a {action.Name} on {action.EffectiveDate:O}.");
            }

            if (Fault(panel, action) is { } fault)
            {
                throw new ArgumentException($"The {action.Name} of {action.Symbol} on {action.EffectiveDate:O} {fault}.");
            }
        }

        return [.. actions.OrderBy(action => action.EffectiveDate).ThenBy(action => action.Symbol)];
    }

    private static string? Fault(MarketPanel panel, CorporateAction action) => action switch
    {
        CashDividend one when one.PerShare.Units <= 0 => "must have an amount above 0",
        CashDividend one when one.PayDate < one.EffectiveDate => "must be paid on or after the ex-date",
        ShareSplit one when one.To < 1 || one.From < 1 => "must have a ratio of positive counts",
        BonusIssue one when one.New < 1 || one.Held < 1 || one.ListDate < one.EffectiveDate =>
            "must have a ratio of positive counts and a list date on or after the ex-date",
        RightsIssue one when one.New < 1 || one.Held < 1 || one.Price.Units <= 0 || one.PayDate < one.EffectiveDate || one.ListDate < one.PayDate =>
            "must have a ratio of positive counts, a price above 0, and ex-date, pay date and list date in order",
        Delisting { PerShare: { Units: < 0 } } => "must not have a negative price",
        Conversion one when one.New < 1 || one.Held < 1 || one.Successor == one.Symbol || panel.IndexOf(one.Successor) < 0
            || panel.Series[panel.IndexOf(one.Successor)].Instrument.Currency != panel.Series[panel.IndexOf(one.Symbol)].Instrument.Currency =>
            "must have a ratio of positive counts and a successor of the panel in the same currency",
        _ => null,
    };
}
