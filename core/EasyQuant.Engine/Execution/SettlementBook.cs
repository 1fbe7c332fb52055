using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// What has not settled yet, kept only in runs in which shares take two days or more, or cash one or more: bought shares by position and proceeds by account and
/// currency, each with its day. Settled entries are dropped when they are met. One thread; does not allocate per bar.
/// </summary>
internal sealed class SettlementBook(int positionCount, int cashCount)
{
    private readonly List<Entry>?[] _shares = new List<Entry>?[positionCount];
    private readonly List<Entry>?[] _cash = new List<Entry>?[cashCount];

    /// <summary>Which rows or instruments made cash wait; the last one seen.</summary>
    public string? CashSource { get; private set; }

    /// <summary>True when shares of the run may take two days or more, or cash one or more.</summary>
    public static bool IsNeeded(MarketPanel panel, BacktestSettings settings, RuleBook rules) =>
        panel.Series.Any(series => series.Instrument.ShareSettlementDays > 1 || series.Instrument.CashSettlementDays > 0)
        || (settings.ExchangeRules && rules.Rules.Any(rule => rule is SettlementRule { ShareDays: > 1 } or SettlementRule { CashDays: > 0 }));

    /// <summary>Notes shares bought on a day.</summary>
    public void Buy(int position, int day, long quantity) => Add(_shares, position, day, quantity);

    /// <summary>Notes proceeds that may be spent from <paramref name="day"/> on.</summary>
    public void Receive(int cash, int day, long amount, string? source)
    {
        if (amount > 0)
        {
            Add(_cash, cash, day, amount);
            CashSource = source;
        }
    }

    /// <summary>Shares bought less than <paramref name="days"/> trading days before <paramref name="day"/>.</summary>
    public long UnsettledShares(int position, int day, int days)
    {
        long sum = 0;
        foreach (Entry entry in _shares[position] ?? [])
        {
            sum += entry.Day > day - days ? entry.Amount : 0;
        }

        return sum;
    }

    /// <summary>Proceeds that may not be spent on <paramref name="day"/> yet.</summary>
    public long UnsettledCash(int cash, int day)
    {
        if (_cash[cash] is not { } entries)
        {
            return 0;
        }

        long sum = 0;
        foreach (Entry entry in entries)
        {
            sum += entry.Day > day ? entry.Amount : 0;
        }

        if (sum == 0)
        {
            entries.Clear();
        }

        return sum;
    }

    private static void Add(List<Entry>?[] lists, int index, int day, long amount)
    {
        List<Entry> entries = lists[index] ??= [];
        if (entries.Count > 0 && entries[^1].Day == day)
        {
            entries[^1] = new Entry(day, checked(entries[^1].Amount + amount));
            return;
        }

        if (entries.Count > 4 * Instrument.SettlementDaysMax)
        {
            entries.RemoveAll(entry => entry.Day < day - Instrument.SettlementDaysMax);
        }

        entries.Add(new Entry(day, amount));
    }

    private readonly record struct Entry(int Day, long Amount);
}
