using EasyQuant.Faults.Harness;

namespace EasyQuant.Faults;

/// <summary>Crash points of Runners; short leases, for a dead Runner's are waited for.</summary>
[Collection(BedCollection.Name)]
[Trait(BedCollection.Suite, BedCollection.Bed)]
public sealed class RunnerCrashPointTests(FaultBed bed) : CrashPoints(bed)
{
    /// <summary>Effect, report, items, chunk (F46), ack, opening, renewal and close of a producer (F44), counters.</summary>
    public static TheoryData<string, int> RunnerPoints { get; } = new()
    {
        { "runner.effect.before", 2 }, { "runner.effect.after", 2 },
        { "db-save.before-commit", 2 }, { "db-save.after-commit", 2 },
        { "runner.report.before", 2 }, { "runner.report.after", 2 },
        { "runner.items.start", 1 }, { "runner.items.before", 2 }, { "runner.items.after", 2 },
        { "groups.open.before-commit", 1 }, { "groups.open.after-commit", 1 },
        { "stream.consume.before-commit", 2 }, { "stream.consume.after-commit", 2 },
        { "stream.count.before-lock", 2 },
        { "stream.ack.before", 2 }, { "stream.ack.after", 2 },
        { "groups.close.before-commit", 2 }, { "groups.close.after-commit", 2 },
    };

    [Theory]
    [MemberData(nameof(RunnerPoints))]
    [Trait("Fault", "F44")]
    [Trait("Fault", "F46")]
    public Task Runner_DyingAtAPoint_NothingIsLostOrRepeated(string point, int hit) => DieAsync(Bed.Runners, point, hit);

    [Fact]
    public Task Runner_FailingAtEachPoint_NothingIsLostOrRepeated() => FailAsync(Bed.Runners, RunnerPoints);
}
