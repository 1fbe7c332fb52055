using EasyQuant.Faults.Harness;

namespace EasyQuant.Faults;

/// <summary>Crash points of Workflow; leases of the usual length, for Runners keep theirs while it starts again, and what was granted unheard is given back.</summary>
[Collection(BedCollection.Name)]
[Trait(BedCollection.Suite, BedCollection.Bed)]
public sealed class WorkflowCrashPointTests(FaultBed bed) : CrashPoints(bed), IClassFixture<UsualLeases>
{
    /// <summary>Create, claim, report, take back, items, starts of process groups, the outbox on all its sides.</summary>
    public static TheoryData<string, int> WorkflowPoints { get; } = new()
    {
        { "runs.create.before-commit", 2 }, { "runs.create.after-commit", 2 },
        { "runs.claim.before-commit", 6 }, { "runs.claim.after-commit", 6 },
        { "runs.report.before-commit", 2 }, { "runs.report.after-commit", 2 },
        { "runs.reap.before-commit", 3 }, { "runs.reap.after-commit", 3 },
        { "items.open.before-commit", 1 }, { "items.open.after-commit", 1 },
        { "items.report.before-commit", 2 }, { "items.report.after-commit", 2 },
        { "items.collect.before-commit", 2 }, { "items.collect.after-commit", 2 },
        { "group-starts.create.before-commit", 1 }, { "group-starts.create.after-commit", 1 },
        { "group-starts.reconcile.before-commit", 2 }, { "group-starts.reconcile.after-commit", 2 },
        { "group-starts.report.before-commit", 2 }, { "group-starts.report.after-commit", 2 },
        { "outbox.before-publish", 2 }, { "outbox.before-confirm", 2 }, { "outbox.after-publish", 2 }, { "outbox.after-commit", 2 },
    };

    [Theory]
    [MemberData(nameof(WorkflowPoints))]
    public Task Workflow_DyingAtAPoint_NothingIsLostOrRepeated(string point, int hit) => DieAsync([Bed.Workflow], point, hit);

    [Fact]
    public Task Workflow_FailingAtEachPoint_NothingIsLostOrRepeated() => FailAsync([Bed.Workflow], WorkflowPoints);
}
