namespace EasyQuant.Faults.Oracles;

/// <summary>The oracles O9 to O12.</summary>
internal static partial class Oracle
{
    /// <summary>O9: what was meant is what the venue has: one order for each intent in the golden order, and equal positions.</summary>
    public static IEnumerable<Violation> Trading(
        IReadOnlyList<string> golden, IReadOnlyList<string> intents, IReadOnlyList<string> venue, IReadOnlyDictionary<string, long> positions, IReadOnlyDictionary<string, long> venuePositions)
    {
        if (!golden.SequenceEqual(intents, StringComparer.Ordinal))
        {
            yield return new Violation("O9", "different", "intents", $"expected {string.Join(' ', golden)}, was {string.Join(' ', intents)}");
        }

        foreach (IGrouping<string, string> order in venue.GroupBy(id => id, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            yield return new Violation("O9", "duplicated", order.Key, $"the venue has it {order.Count()} times");
        }

        foreach (string id in intents.Except(venue, StringComparer.Ordinal))
        {
            yield return new Violation("O9", "lost", id, "the venue has no such order");
        }

        foreach (string id in venue.Except(intents, StringComparer.Ordinal))
        {
            yield return new Violation("O9", "unexpected", id, "the venue has an order that nobody meant");
        }

        foreach (string symbol in positions.Keys.Union(venuePositions.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            long ours = positions.GetValueOrDefault(symbol);
            long theirs = venuePositions.GetValueOrDefault(symbol);
            if (ours != theirs)
            {
                yield return new Violation("O9", "different", symbol, $"{ours} here, {theirs} at the venue");
            }
        }
    }

    /// <summary>O10: nothing is left behind that was not there before.</summary>
    public static IEnumerable<Violation> Leftovers(IEnumerable<string> before, IEnumerable<string> after) =>
        after.Except(before, StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(left => new Violation("O10", "leaked", left, "is still there"));

    /// <summary>O10: a quantity does not grow: its least-squares slope over time stays at or below what is allowed.</summary>
    /// <param name="name">What was measured.</param>
    /// <param name="samples">Seconds and values, at least 3.</param>
    /// <param name="slopeMax">Allowed growth a second.</param>
    public static IEnumerable<Violation> Growth(string name, IReadOnlyList<(double Seconds, double Value)> samples, double slopeMax)
    {
        if (samples.Count < 3)
        {
            yield break;
        }

        double meanTime = samples.Average(sample => sample.Seconds);
        double meanValue = samples.Average(sample => sample.Value);
        double spread = samples.Sum(sample => (sample.Seconds - meanTime) * (sample.Seconds - meanTime));
        double slope = spread == 0 ? 0 : samples.Sum(sample => (sample.Seconds - meanTime) * (sample.Value - meanValue)) / spread;
        if (slope > slopeMax)
        {
            yield return new Violation("O10", "grows", name, $"{slope:0.###} a second, allowed are {slopeMax:0.###}");
        }
    }

    /// <summary>O11: each accepted change is told exactly once, and nothing is told that was not accepted.</summary>
    public static IEnumerable<Violation> Audit(IEnumerable<string> changes, IEnumerable<string> rows)
    {
        var told = rows.GroupBy(row => row, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        var accepted = changes.ToHashSet(StringComparer.Ordinal);
        foreach (string change in accepted.Order(StringComparer.Ordinal))
        {
            int count = told.GetValueOrDefault(change);
            if (count != 1)
            {
                yield return new Violation("O11", count == 0 ? "lost" : "duplicated", change, $"is told {count} times");
            }
        }

        foreach (string row in told.Keys.Where(row => !accepted.Contains(row)).Order(StringComparer.Ordinal))
        {
            yield return new Violation("O11", "unexpected", row, "is told and was not accepted");
        }
    }

    /// <summary>O12: no secret stands in any text.</summary>
    public static IEnumerable<Violation> Secrets(IEnumerable<string> secrets, IEnumerable<(string Where, string Text)> texts)
    {
        string[] canaries = [.. secrets];
        foreach ((string where, string text) in texts)
        {
            if (canaries.Any(canary => text.Contains(canary, StringComparison.Ordinal)))
            {
                yield return new Violation("O12", "leaked", where, "contains a secret");
            }
        }
    }
}
