using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.EndToEnd;
using EasyQuant.Faults.Harness;
using EasyQuant.Testing;

namespace EasyQuant.Faults;

/// <summary>
/// Faults under which leases must not expire, under L1 and L2; the numbers are those of the fault table. Leases are short, and each fault lasts longer than one of
/// them: who renews nothing while it lasts loses the run that is held all the time.
/// </summary>
[Collection(BedCollection.Name)]
[Trait(BedCollection.Suite, BedCollection.Bed)]
public sealed class LeaseFaultTests(FaultBed bed) : IClassFixture<ShortLeases>, IAsyncLifetime
{
    private static readonly TimeSpan s_faultTime = FaultBed.ShortLease + TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan s_outlasting = s_faultTime + TimeSpan.FromMilliseconds(500);

    public Task InitializeAsync() => bed.BeginAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>F21: 25 ms more in each direction.</summary>
    [Fact]
    [Trait("Fault", "F21")]
    public async Task Database_SlowByFiftyMilliseconds_NoLeaseExpires()
    {
        LoadCheck check = await HoldAsync(async cancellationToken =>
        {
            bed.WorkflowDatabase.Rules = bed.RunnerDatabase.Rules = new ProxyRules { Delay = TimeSpan.FromMilliseconds(25) };
            await Task.Delay(s_faultTime, cancellationToken);
        });
        Assert.Equal(0, check.CrashCount);
    }

    /// <summary>F50: eight busy loops on two processors.</summary>
    [Fact]
    [Trait("Fault", "F50")]
    public async Task Processors_Starved_NoLeaseExpires()
    {
        LoadCheck check = await HoldAsync(async cancellationToken =>
        {
            await using var busy = BusyLoops.Start(8, "0,1");
            await Task.Delay(s_faultTime, cancellationToken);
        });
        Assert.Equal(0, check.CrashCount);
    }

    /// <summary>What the tests above would see of Runners that renew nothing: they stand still for as long.</summary>
    [Fact]
    public async Task Runners_FrozenForAsLong_LeaseExpires()
    {
        LoadCheck check = await HoldAsync(async cancellationToken =>
        {
            foreach (ServiceProcess runner in bed.Runners)
            {
                Signals.Stop(runner.Id);
            }

            await Task.Delay(s_faultTime, cancellationToken);
        }, TimeSpan.FromSeconds(1));
        Assert.True(check.CrashCount > 0, $"No lease expired.\n{bed.Story()}");
    }

    // Does the fault while a Runner holds a run; one that goes on meanwhile outlasts it, unless told otherwise.
    private Task<LoadCheck> HoldAsync(Func<CancellationToken, Task> fault, TimeSpan? work = null) => FaultRun.UnderLoadAsync(
        bed,
        async (_, cancellationToken) =>
        {
            string name = "fault-held-" + Guid.NewGuid().ToString("N")[..8];
            await LoadDefinitions.StoreAsync(
                bed,
                name,
                string.Create(CultureInfo.InvariantCulture, $$$"""  "nodes":[{"id":"wait","type":"Delay","params":{"seconds":{{{(work ?? s_outlasting).TotalSeconds}}}}}]  """),
                cancellationToken);
            var spec = new RunSpec { WorkflowName = name, RequestId = Guid.NewGuid().ToString() };
            Run run = (await bed.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { spec } }, cancellationToken: cancellationToken)).Runs[0];
            await Poll.UntilAsync(
                "a run that is held",
                async () => (await StateAsync(run, cancellationToken) == 2, bed.Story(20)),
                cancellationToken);
            await fault(cancellationToken);
            Assert.InRange(await StateAsync(run, cancellationToken), 1, 2);
        },
        size: work is null ? LoadSize.Brief : LoadSize.Least);

    private Task<short> StateAsync(Run run, CancellationToken cancellationToken) => bed.ScalarAsync<short>($"select state from workflow.runs where run_id = '{run.RunId}'", cancellationToken);
}
