using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>The corporate actions of a run and the days on which each does something.</summary>
internal sealed class ActionSchedule
{
    private readonly ActionEvent[] _events;
    private int _next;

    public ActionSchedule(MarketPanel panel, int firstDay, int endDay)
    {
        Actions = WithDelistDates(panel);
        List<ActionEvent> events = [];
        for (int i = 0; i < Actions.Length; i++)
        {
            int effective = DayOf(panel, Actions[i].EffectiveDate);
            if (effective < firstDay || effective >= endDay)
            {
                continue;
            }

            events.Add(new ActionEvent(effective, ActionStep.TakeEffect, i));
            AddFollowing(panel, i, effective, firstDay, events);
        }

        _events = [.. events.Where(one => one.Day < endDay).OrderBy(one => one.Day).ThenBy(one => one.Step).ThenBy(one => one.Action)];
    }

    /// <summary>All actions, by date and symbol; a delist date without an action of its own counts as a delisting at the last price.</summary>
    public ImmutableArray<CorporateAction> Actions { get; }

    /// <summary>Day of the next event; <see cref="int.MaxValue"/> when there is none.</summary>
    public int NextDay => _next < _events.Length ? _events[_next].Day : int.MaxValue;

    /// <summary>Takes the next event of <paramref name="day"/>; false when there is none left.</summary>
    public bool TryTake(int day, out ActionEvent next)
    {
        next = _next < _events.Length ? _events[_next] : default;
        if (NextDay != day)
        {
            return false;
        }

        _next++;
        return true;
    }

    /// <summary>Looks at the event after the one taken last.</summary>
    public bool TryPeek(out ActionEvent next)
    {
        next = _next < _events.Length ? _events[_next] : default;
        return _next < _events.Length;
    }

    private void AddFollowing(MarketPanel panel, int action, int effective, int firstDay, List<ActionEvent> events)
    {
        switch (Actions[action])
        {
            case CashDividend dividend:
                int afterRecord = Math.Min(DayOf(panel, dividend.RecordDate.AddDays(1)), effective);
                events.Add(new ActionEvent(Math.Max(afterRecord, firstDay), ActionStep.Entitle, action));
                events.Add(new ActionEvent(DayOf(panel, dividend.PayDate), ActionStep.Pay, action));
                break;
            case BonusIssue bonus when DayOf(panel, bonus.ListDate) is var listed && listed > effective:
                events.Add(new ActionEvent(listed, ActionStep.List, action));
                break;
            case RightsIssue rights:
                int paid = DayOf(panel, rights.PayDate);
                events.Add(new ActionEvent(paid, ActionStep.Pay, action));
                if (DayOf(panel, rights.ListDate) is var newListed && newListed > paid)
                {
                    events.Add(new ActionEvent(newListed, ActionStep.List, action));
                }

                break;
        }
    }

    private static int DayOf(MarketPanel panel, DateOnly date) => RunPeriod.IndexFrom(panel.Calendar, date);

    private static ImmutableArray<CorporateAction> WithDelistDates(MarketPanel panel)
    {
        List<CorporateAction> all = [.. panel.Actions];
        foreach (InstrumentBars series in panel.Series)
        {
            Symbol symbol = series.Instrument.Symbol;
            if (series.Instrument.DelistDate is { } last && !panel.Actions.Any(one => one.Symbol == symbol && one is Delisting or Conversion))
            {
                all.Add(new Delisting(symbol, last.AddDays(1), null));
            }
        }

        return [.. all.OrderBy(one => one.EffectiveDate).ThenBy(one => one.Symbol)];
    }
}
