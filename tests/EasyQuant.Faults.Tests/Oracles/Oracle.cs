using System.Globalization;

namespace EasyQuant.Faults.Oracles;

/// <summary>
/// The oracles O1 to O8: they decide from what was recorded and what is there, never from what a test hopes for. Pure; each returns nothing when all is well.
/// </summary>
internal static partial class Oracle
{
    /// <summary>O1: nothing stays open for longer than <paramref name="limit"/>.</summary>
    public static IEnumerable<Violation> Liveness(IEnumerable<Open> open, TimeSpan limit) =>
        open.Where(one => one.Age > limit).Select(one => new Violation("O1", "stuck", $"{one.Kind} {one.Id}", $"{one.State} for {one.Age.TotalSeconds:0} s, allowed are {limit.TotalSeconds:0} s"));

    /// <summary>O2: what was done is there once, what may have been done at most once, what was not done never, and nothing is there that nobody asked for.</summary>
    /// <param name="history">What clients asked for and were told; a call may be repeated under its key.</param>
    /// <param name="effects">Keys of the effects that are there, one entry for each time.</param>
    public static IEnumerable<Violation> Effects(IEnumerable<HistoryEntry> history, IEnumerable<string> effects)
    {
        var found = effects.GroupBy(key => key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        var asked = new HashSet<string>(StringComparer.Ordinal);
        foreach (IGrouping<string, HistoryEntry> call in history.GroupBy(entry => entry.Key, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            asked.Add(call.Key);
            int count = found.GetValueOrDefault(call.Key);
            CallOutcome outcome = Combined(call);
            if (count > 1)
            {
                yield return new Violation("O2", "duplicated", call.Key, $"is there {count} times");
            }
            else if (count == 0 && outcome == CallOutcome.Ok)
            {
                yield return new Violation("O2", "lost", call.Key, "was confirmed and is not there");
            }
            else if (count == 1 && outcome == CallOutcome.Failed)
            {
                yield return new Violation("O2", "unexpected", call.Key, "was refused and is there");
            }
        }

        foreach ((string key, int count) in found.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!asked.Contains(key))
            {
                yield return new Violation("O2", "unexpected", key, $"nobody asked for it, it is there {count} times");
            }
        }
    }

    /// <summary>Counts the calls whose outcome nobody knew and whose effect is there.</summary>
    public static int RecoveredCount(IEnumerable<HistoryEntry> history, IEnumerable<string> effects)
    {
        var there = effects.ToHashSet(StringComparer.Ordinal);
        return history.GroupBy(entry => entry.Key, StringComparer.Ordinal).Count(call => Combined(call) == CallOutcome.Unknown && there.Contains(call.Key));
    }

    /// <summary>O3: the tokens of the writes that a resource accepted never go back, so that no two owners were valid at once.</summary>
    public static IEnumerable<Violation> Fencing(IEnumerable<AcceptedWrite> writes)
    {
        foreach (IGrouping<string, AcceptedWrite> resource in writes.GroupBy(write => write.Resource, StringComparer.Ordinal))
        {
            long highest = long.MinValue;
            foreach (AcceptedWrite write in resource.OrderBy(write => write.Order))
            {
                if (write.Token < highest)
                {
                    yield return new Violation("O3", "zombie", write.Resource, $"accepted token {write.Token} after {highest}");
                }

                highest = Math.Max(highest, write.Token);
            }
        }
    }

    /// <summary>O4: each idempotency key made one run.</summary>
    public static IEnumerable<Violation> Idempotency(IEnumerable<(string Key, string RunId)> runs) =>
        runs.Distinct().GroupBy(run => run.Key, StringComparer.Ordinal).Where(group => group.Count() > 1)
            .Select(group => new Violation("O4", "duplicated", group.Key, $"made the runs {string.Join(", ", group.Select(run => run.RunId).Order(StringComparer.Ordinal))}"));

    /// <summary>O5: each instant that was due was decided once, as the policy says, and no other was.</summary>
    public static IEnumerable<Violation> Schedules(IEnumerable<Firing> expected, IEnumerable<Firing> found)
    {
        var due = expected.ToDictionary(firing => (firing.Schedule, firing.Nominal), firing => firing.Decision);
        var seen = new HashSet<(string, DateTimeOffset)>();
        foreach (Firing firing in found)
        {
            string subject = string.Create(CultureInfo.InvariantCulture, $"{firing.Schedule} {firing.Nominal:O}");
            if (!due.TryGetValue((firing.Schedule, firing.Nominal), out string? decision))
            {
                yield return new Violation("O5", "unexpected", subject, $"was {firing.Decision} and was not due");
            }
            else if (!seen.Add((firing.Schedule, firing.Nominal)))
            {
                yield return new Violation("O5", "duplicated", subject, "was decided twice");
            }
            else if (decision != firing.Decision)
            {
                yield return new Violation("O5", "policy", subject, $"expected {decision}, was {firing.Decision}");
            }
        }

        foreach ((string schedule, DateTimeOffset nominal) in due.Keys.Where(key => !seen.Contains(key)))
        {
            yield return new Violation("O5", "lost", string.Create(CultureInfo.InvariantCulture, $"{schedule} {nominal:O}"), "was due and was not decided");
        }
    }

    /// <summary>O6: every message that the broker confirmed was consumed, and nothing waits in an outbox.</summary>
    public static IEnumerable<Violation> Broker(IEnumerable<string> confirmed, IEnumerable<string> consumed, long outboxCount)
    {
        var there = consumed.ToHashSet(StringComparer.Ordinal);
        foreach (string message in confirmed.Where(message => !there.Contains(message)))
        {
            yield return new Violation("O6", "lost", message, "was confirmed and never consumed");
        }

        if (outboxCount != 0)
        {
            yield return new Violation("O6", "stuck", "outbox", $"{outboxCount} messages wait");
        }
    }

    /// <summary>O7: each consumer group of a stream has completed, with every chunk either done or dead, and nothing was written afterwards.</summary>
    public static IEnumerable<Violation> Streams(IEnumerable<StreamSums> streams)
    {
        foreach (StreamSums stream in streams)
        {
            string subject = $"{stream.Stream}/{stream.Group}";
            if (stream.State != "completed")
            {
                yield return new Violation("O7", "stuck", subject, $"is {stream.State}");
            }

            // Without a total nothing is known of what is missing; the state has said that it is not complete.
            if (stream.Total >= 0 && stream.Done + stream.Dead != stream.Total)
            {
                yield return new Violation("O7", stream.Done + stream.Dead < stream.Total ? "lost" : "duplicated", subject, $"{stream.Done} done and {stream.Dead} dead of {stream.Total}");
            }

            if (stream.OpenConsumers != 0)
            {
                yield return new Violation("O7", "stuck", subject, $"{stream.OpenConsumers} consumers have not left");
            }

            if (stream.LateEffects != 0)
            {
                yield return new Violation("O7", "late", subject, $"{stream.LateEffects} effects after it had completed");
            }
        }
    }

    /// <summary>O8: a computation under faults gives what it gives without.</summary>
    public static IEnumerable<Violation> Determinism(IEnumerable<(string Name, string Golden, string Found)> results) =>
        results.Where(result => result.Golden != result.Found).Select(result => new Violation("O8", "different", result.Name, $"expected {result.Golden}, was {result.Found}"));

    // The last known outcome counts; Ok and Unknown are never taken back by a later refusal of a repetition.
    private static CallOutcome Combined(IEnumerable<HistoryEntry> call)
    {
        HistoryEntry[] ends = [.. call.Where(entry => entry.Outcome != CallOutcome.Invoked)];
        int invokedCount = call.Count() - ends.Length;
        return ends.Any(entry => entry.Outcome == CallOutcome.Ok) ? CallOutcome.Ok
            : ends.Length < invokedCount || ends.Length == 0 || ends.Any(entry => entry.Outcome == CallOutcome.Unknown) ? CallOutcome.Unknown
            : CallOutcome.Failed;
    }

    /// <summary>Something that has not ended.</summary>
    internal sealed record Open(string Kind, string Id, string State, TimeSpan Age);

    /// <summary>A write that a resource accepted under a token; the order is the resource's own.</summary>
    internal sealed record AcceptedWrite(string Resource, long Order, long Token);

    /// <summary>A decision about an instant of a schedule.</summary>
    internal sealed record Firing(string Schedule, DateTimeOffset Nominal, string Decision);

    /// <summary>What a consumer group has counted; the total is -1 while a producer has not closed.</summary>
    internal sealed record StreamSums(string Stream, string Group, string State, long Total, long Done, long Dead, int OpenConsumers, long LateEffects);
}
