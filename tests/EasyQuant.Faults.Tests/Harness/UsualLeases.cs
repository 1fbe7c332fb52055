namespace EasyQuant.Faults.Harness;

/// <summary>For a class of tests that wait for no lease to end: leases of the usual length while they run, short ones afterwards.</summary>
/// <param name="bed">Where.</param>
public sealed class UsualLeases(FaultBed bed) : IAsyncLifetime
{
    public Task InitializeAsync() => bed.UseUsualLeasesAsync(true);

    public Task DisposeAsync() => bed.UseUsualLeasesAsync(false);
}
