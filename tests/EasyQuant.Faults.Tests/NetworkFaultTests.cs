using EasyQuant.Faults.Harness;
using EasyQuant.Testing;

namespace EasyQuant.Faults;

/// <summary>The network between the services and their servers is slow, loses replies or goes silent under L1 and L2; the numbers are those of the fault table.</summary>
[Collection(BedCollection.Name)]
[Trait(BedCollection.Suite, BedCollection.Bed)]
public sealed class NetworkFaultTests(FaultBed bed) : IClassFixture<UsualLeases>, IAsyncLifetime
{
    public Task InitializeAsync() => bed.BeginAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>F22: the reply to one COMMIT in twenty never comes.</summary>
    [Fact]
    [Trait("Fault", "F22")]
    public async Task Database_RepliesToCommitLost_EffectsStaySingle()
    {
        int before = bed.WorkflowDatabase.CutCount + bed.RunnerDatabase.CutCount;
        await FaultRun.UnderLoadAsync(bed, async (load, cancellationToken) =>
        {
            bed.WorkflowDatabase.Rules = bed.RunnerDatabase.Rules = new ProxyRules { CutAfter = "COMMIT\0"u8.ToArray(), CutShare = 0.05 };
            await load.WaitForAsync(load.Size.ItemCount * 3 / 4, load.Size.StreamRowCount * 3 / 4, cancellationToken);
        });
        Assert.True(bed.WorkflowDatabase.CutCount + bed.RunnerDatabase.CutCount > before, "No reply was cut.");
    }

    /// <summary>F23: one transaction in thirty commits and tells its caller that it failed.</summary>
    [Fact]
    [Trait("Fault", "F23")]
    public async Task Transactions_ExecutedAndReportedAsFailed_EffectsStaySingle()
    {
        await bed.Failpoints.ArmAsync(bed.Services, "*.after-commit:throw:3%");
        await FaultRun.UnderLoadAsync(bed, (load, cancellationToken) => load.WaitForAsync(load.Size.ItemCount * 3 / 4, load.Size.StreamRowCount * 3 / 4, cancellationToken));
    }

    /// <summary>F24: connections to the database, the broker and Workflow look alive and are not; what was asked on them is never answered.</summary>
    [Fact]
    [Trait("Fault", "F24")]
    public Task Connections_HalfOpen_AreFoundAndReplaced() => FaultRun.UnderLoadAsync(bed, async (_, cancellationToken) =>
    {
        bed.WorkflowDatabase.Rules = bed.RunnerDatabase.Rules = bed.Broker.Rules = bed.Grpc.Rules = new ProxyRules { SwallowsReplies = true };
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
    }, size: LoadSize.Least);

    /// <summary>F25, shortened: every connection is reset, again and again.</summary>
    [Fact]
    [Trait("Fault", "F25")]
    public Task Connections_ResetRepeatedly_WorkGoesOn() => FaultRun.UnderLoadAsync(bed, async (_, cancellationToken) =>
    {
        for (int i = 0; i < 4; i++)
        {
            foreach (TcpProxy proxy in new[] { bed.WorkflowDatabase, bed.RunnerDatabase, bed.Broker, bed.Grpc })
            {
                proxy.ResetAll();
            }

            await FaultRun.SomeTimeAsync(bed, 1_000, cancellationToken);
        }
    });
}
