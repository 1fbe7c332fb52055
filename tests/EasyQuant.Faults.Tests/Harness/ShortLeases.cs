namespace EasyQuant.Faults.Harness;

/// <summary>For a class of tests with short leases that each need a bed which has worked before: what a first load costs is no fault.</summary>
/// <param name="bed">Where.</param>
public sealed class ShortLeases(FaultBed bed) : IAsyncLifetime
{
    public Task InitializeAsync() => bed.UseUsualLeasesAsync(false);

    public Task DisposeAsync() => Task.CompletedTask;
}
