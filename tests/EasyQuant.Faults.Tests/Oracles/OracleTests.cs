using static EasyQuant.Faults.Oracles.CallOutcome;

namespace EasyQuant.Faults.Oracles;

/// <summary>Each oracle is silent about a good history and names every way to violate it.</summary>
public sealed class OracleTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void O1Liveness_OpenForTooLong_IsStuck()
    {
        Oracle.Open[] open = [new("run", "young", "Running", TimeSpan.FromSeconds(3)), new("run", "old", "Queued", TimeSpan.FromSeconds(31))];
        Assert.Empty(Oracle.Liveness(open, TimeSpan.FromSeconds(60)));
        AssertOnly(Oracle.Liveness(open, TimeSpan.FromSeconds(30)), "O1 stuck run old");
    }

    [Fact]
    public void O2Effects_GoodHistory_IsSilentAndCountsWhatWasRecovered()
    {
        History history = new();
        Record(history, ("done", Ok), ("refused", Failed), ("unknown-there", Unknown), ("unknown-gone", Unknown));
        history.Invoke("never-answered");
        string[] effects = ["done", "unknown-there"];
        Assert.Empty(Oracle.Effects(history.Entries, effects));
        Assert.Equal(1, Oracle.RecoveredCount(history.Entries, effects));
        Assert.Equal(Enumerable.Range(1, 9).Select(i => (long)i), history.Entries.Select(entry => entry.Order));
    }

    [Fact]
    public void O2Effects_LostDoubledUnaskedOrRefused_IsNamed()
    {
        History history = new();
        Record(history, ("lost", Ok), ("twice", Ok), ("refused", Failed), ("unknown", Unknown));
        // A repetition that is refused takes nothing back.
        Record(history, ("lost", Failed));
        AssertOnly(
            Oracle.Effects(history.Entries, ["twice", "twice", "refused", "stranger", "unknown", "unknown"]),
            "O2 lost lost", "O2 unexpected refused", "O2 duplicated twice", "O2 duplicated unknown", "O2 unexpected stranger");
    }

    [Fact]
    public void O3Fencing_OldTokenAfterANewOne_IsAZombie()
    {
        Oracle.AcceptedWrite[] good = [new("a", 1, 5), new("a", 2, 5), new("a", 3, 9), new("b", 1, 7)];
        Assert.Empty(Oracle.Fencing(good));
        AssertOnly(Oracle.Fencing([.. good, new("a", 4, 8)]), "O3 zombie a");
    }

    [Fact]
    public void O4Idempotency_TwoRunsOfOneKey_IsNamed()
    {
        Assert.Empty(Oracle.Idempotency([("k", "1"), ("k", "1"), ("l", "2")]));
        AssertOnly(Oracle.Idempotency([("k", "1"), ("k", "3")]), "O4 duplicated k");
    }

    [Fact]
    public void O5Schedules_MissedDoubledEarlyOrAgainstThePolicy_IsNamed()
    {
        Oracle.Firing[] due = [.. Enumerable.Range(0, 4).Select(i => new Oracle.Firing("s", s_noon.AddMinutes(i), "fired"))];
        Assert.Empty(Oracle.Schedules(due, due.Reverse()));
        AssertOnly(
            Oracle.Schedules(due, [due[0], due[0], due[1] with { Decision = "skipped" }, due[2], new Oracle.Firing("s", s_noon.AddSeconds(30), "fired")]),
            "O5 duplicated s 2026-03-02T12:00:00.0000000+00:00", "O5 policy s 2026-03-02T12:01:00.0000000+00:00", "O5 unexpected s 2026-03-02T12:00:30.0000000+00:00",
            "O5 lost s 2026-03-02T12:03:00.0000000+00:00");
    }

    [Fact]
    public void O6Broker_ConfirmedAndNotConsumedOrLeftInTheOutbox_IsNamed()
    {
        Assert.Empty(Oracle.Broker(["a"], ["a", "unconfirmed"], 0));
        AssertOnly(Oracle.Broker(["a", "b"], ["a"], 2), "O6 lost b", "O6 stuck outbox");
    }

    [Fact]
    public void O7Streams_OpenUncountedOrLate_IsNamed()
    {
        var good = new Oracle.StreamSums("s", "g", "completed", 10, 9, 1, 0, 0);
        Assert.Empty(Oracle.Streams([good]));
        AssertOnly(Oracle.Streams([good with { State = "open", Total = -1 }]), "O7 stuck s/g");
        AssertOnly(Oracle.Streams([good with { State = "open", OpenConsumers = 1 }]), "O7 stuck s/g", "O7 stuck s/g");
        AssertOnly(Oracle.Streams([good with { Done = 8 }, good with { Dead = 2 }, good with { LateEffects = 1 }]), "O7 lost s/g", "O7 duplicated s/g", "O7 late s/g");
    }

    [Fact]
    public void O8Determinism_OtherResult_IsNamed()
    {
        Assert.Empty(Oracle.Determinism([("sweep", "ab", "ab")]));
        AssertOnly(Oracle.Determinism([("sweep", "ab", "cd")]), "O8 different sweep");
    }

    [Fact]
    public void O9Trading_OrdersOrPositionsDiffer_IsNamed()
    {
        string[] orders = ["s:1", "s:2"];
        var positions = new Dictionary<string, long> { ["600000.SH"] = 100 };
        Assert.Empty(Oracle.Trading(orders, orders, ["s:2", "s:1"], positions, positions));
        AssertOnly(
            Oracle.Trading(orders, ["s:1", "s:3"], ["s:1", "s:1", "s:9"], positions, new Dictionary<string, long> { ["600000.SH"] = 200 }),
            "O9 different intents", "O9 duplicated s:1", "O9 lost s:3", "O9 unexpected s:9", "O9 different 600000.SH");
    }

    [Fact]
    public void O10Hygiene_LeftoverOrGrowth_IsNamed()
    {
        Assert.Empty(Oracle.Leftovers(["session 1"], ["session 1"]));
        AssertOnly(Oracle.Leftovers(["session 1"], ["queue x", "session 1"]), "O10 leaked queue x");
        Assert.Empty(Oracle.Growth("handles", [(0, 100), (1, 110), (2, 90), (3, 101)], 1));
        AssertOnly(Oracle.Growth("handles", [(0, 100), (1, 110), (2, 119), (3, 131)], 1), "O10 grows handles");
    }

    [Fact]
    public void O11Audit_MissingDoubledOrInvented_IsNamed()
    {
        Assert.Empty(Oracle.Audit(["r/1", "r/2"], ["r/2", "r/1"]));
        AssertOnly(Oracle.Audit(["r/1", "r/2"], ["r/2", "r/2", "r/3"]), "O11 lost r/1", "O11 duplicated r/2", "O11 unexpected r/3");
    }

    [Fact]
    public void O12Secrets_CanaryInAText_IsNamed()
    {
        Assert.Empty(Oracle.Secrets(["hunter2"], [("log", "nothing here")]));
        AssertOnly(Oracle.Secrets(["hunter2"], [("log", "password=hunter2;"), ("table", "x")]), "O12 leaked log");
    }

    private static void Record(History history, params (string Key, CallOutcome Outcome)[] calls)
    {
        foreach ((string key, CallOutcome outcome) in calls)
        {
            history.Invoke(key);
            history.End(key, outcome);
        }
    }

    private static void AssertOnly(IEnumerable<Violation> found, params string[] expected) =>
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Select(violation => $"{violation.Oracle} {violation.Kind} {violation.Subject}").Order(StringComparer.Ordinal));
}
