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

    /// <summary>A claim whose answer has come while the hint of it is not acknowledged, on both sides.</summary>
    public static TheoryData<string, int> ClaimPoints { get; } = new() { { "runner.claim.after", 3 }, { "runner.hint.before-ack", 3 } };

    /// <summary>End of a stream that another one feeds, and of a producer whose chunks are all counted.</summary>
    public static TheoryData<string, int> RelayPoints { get; } = new()
    {
        { "groups.close-derived.before-commit", 1 }, { "groups.close-derived.after-commit", 1 }, { "stream.close.before-lock", 1 },
    };

    /// <summary>A chunk that is parked and counted.</summary>
    public static TheoryData<string, int> ParkingPoints { get; } = new() { { "groups.park.before-commit", 1 }, { "groups.park.after-commit", 1 } };

    [Theory]
    [MemberData(nameof(RunnerPoints))]
    [Trait("Fault", "F44")]
    [Trait("Fault", "F46")]
    public Task Runner_DyingAtAPoint_NothingIsLostOrRepeated(string point, int hit) => DieAsync(Bed.Runners, point, hit);

    // Both Runners meet them all the time, and would die together.
    [Theory]
    [MemberData(nameof(ClaimPoints))]
    [Trait("Fault", "F02")]
    public Task Runner_DyingBetweenClaimAndHint_RunsGoOnElsewhere(string point, int hit) => DieAsync([Bed.FirstRunner], point, hit);

    [Theory]
    [MemberData(nameof(RelayPoints))]
    [Trait("Fault", "F44")]
    public Task Runner_DyingWhileItEndsAStream_NothingIsLostOrRepeated(string point, int hit) => DieAsync(Bed.Runners, point, hit, LoadSize.Relayed);

    [Theory]
    [MemberData(nameof(ParkingPoints))]
    [Trait("Fault", "F46")]
    public Task Runner_DyingWhileItParks_ChunkIsParkedAndCountedOnce(string point, int hit) => DieAsync(Bed.Runners, point, hit, isPoisoned: true);

    [Fact]
    public Task Runner_FailingBetweenClaimAndHint_RunsGoOn() => FailAsync(Bed.Runners, ClaimPoints);

    [Fact]
    public Task Runner_FailingWhileItEndsAStream_NothingIsLostOrRepeated() => FailAsync(Bed.Runners, RelayPoints, LoadSize.Relayed);

    [Fact]
    public Task Runner_FailingWhileItParks_ChunkIsParkedAndCountedOnce() => FailAsync(Bed.Runners, ParkingPoints, isPoisoned: true);

    [Fact]
    public Task Runner_FailingAtEachPoint_NothingIsLostOrRepeated() => FailAsync(Bed.Runners, RunnerPoints);
}
