using System.Diagnostics;
using System.Globalization;
using EasyQuant.Faults.Harness;
using EasyQuant.Testing;

namespace EasyQuant.Faults;

/// <summary>Faults of processes and processors under L1 and L2 that wait for no lease to end; the numbers are those of the fault table.</summary>
[Collection(BedCollection.Name)]
[Trait(BedCollection.Suite, BedCollection.Bed)]
public sealed class UsualLeaseFaultTests(FaultBed bed) : IClassFixture<UsualLeases>, IAsyncLifetime
{
    private static readonly TimeSpan s_slowTime = TimeSpan.FromSeconds(3);

    public Task InitializeAsync() => bed.BeginAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>F01; the second time while it starts.</summary>
    [Fact]
    [Trait("Fault", "F01")]
    public Task Workflow_KilledRepeatedly_NothingIsLostOrRepeated() => FaultRun.UnderLoadAsync(bed, async (_, cancellationToken) =>
    {
        for (int i = 0; i < 2; i++)
        {
            await bed.Workflow.RestartAsync();
            await FaultRun.SomeTimeAsync(bed, 2_000, cancellationToken);
        }
    });

    /// <summary>F10: all at once, and up again in a random order.</summary>
    [Fact]
    [Trait("Fault", "F10")]
    public Task Everything_KilledAtOnce_ConvergesByItself() => FaultRun.UnderLoadAsync(bed, async (_, cancellationToken) =>
    {
        await Task.WhenAll([.. bed.Services.Select(service => service.KillAsync()), bed.Servers.Postgres.KillAsync(), bed.Servers.RabbitMq.KillAsync()]);
        Func<Task>[] starts = [.. bed.Services.Select(service => (Func<Task>)service.StartAsync), () => bed.Servers.Postgres.StartAsync(cancellationToken), () => bed.Servers.RabbitMq.StartAsync(cancellationToken)];
        bed.Random.Shuffle(starts);
        await Task.WhenAll(starts.Select(start => start()));
    }, size: LoadSize.Least);

    /// <summary>F12: all in one load, one after the other, as an upgrade does.</summary>
    [Fact]
    [Trait("Fault", "F12")]
    public async Task Services_RestartedOneByOne_NoLeaseExpiresAndNothingIsRepeated()
    {
        LoadCheck check = await FaultRun.UnderLoadAsync(bed, async (_, cancellationToken) =>
        {
            foreach (ServiceProcess service in bed.Services)
            {
                await RestartAsync(service, cancellationToken);
            }
        }, size: LoadSize.Brief);
        Assert.Equal(0, check.CrashCount);
    }

    /// <summary>F12: one of them.</summary>
    [Theory]
    [InlineData("workflow")]
    [InlineData("runner-1")]
    [InlineData("runner-2")]
    [Trait("Fault", "F12")]
    public async Task Service_Restarted_NoLeaseExpiresAndNothingIsRepeated(string name)
    {
        ServiceProcess service = bed.Services.Single(service => service.Name == name);
        LoadCheck check = await FaultRun.UnderLoadAsync(bed, (_, cancellationToken) => RestartAsync(service, cancellationToken));
        Assert.Equal(0, check.CrashCount);
    }

    /// <summary>F21: 250 ms more in each direction; work gets slower and nothing else.</summary>
    [Fact]
    [Trait("Fault", "F21")]
    public async Task Database_SlowByHalfASecond_WorkIsSlowerAndNothingIsLostOrRepeated()
    {
        double slow = 0;
        double left = 0;
        long healed = 0;
        await FaultRun.UnderLoadAsync(bed, async (load, cancellationToken) =>
        {
            double before = await DoneAsync(load, cancellationToken);
            bed.WorkflowDatabase.Rules = bed.RunnerDatabase.Rules = new ProxyRules { Delay = TimeSpan.FromMilliseconds(250) };
            await Task.Delay(s_slowTime, cancellationToken);
            double after = await DoneAsync(load, cancellationToken);
            (slow, left, healed) = (after - before, 1 - after, Stopwatch.GetTimestamp());
        });
        double usual = left / Stopwatch.GetElapsedTime(healed).TotalSeconds;
        bed.Note(string.Create(CultureInfo.InvariantCulture, $"{slow / s_slowTime.TotalSeconds:0.000} of the load a second while the database was slow, {usual:0.000} afterwards"));
        Assert.True(slow / s_slowTime.TotalSeconds < usual / 2, $"{slow} of the load in {s_slowTime}, {usual} a second afterwards.");
    }

    // Share of both loads that is done.
    private static async Task<double> DoneAsync(Load load, CancellationToken cancellationToken)
    {
        (long items, long rows) = await load.ProgressAsync(cancellationToken);
        return ((items / (double)load.Size.ItemCount) + (rows / (double)load.Size.StreamRowCount)) / 2;
    }

    private async Task RestartAsync(ServiceProcess service, CancellationToken cancellationToken)
    {
        Assert.Equal(0, await service.StopAsync());
        await service.StartAsync();
        await bed.WaitReadyAsync(cancellationToken);
    }
}
