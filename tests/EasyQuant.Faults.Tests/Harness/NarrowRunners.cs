namespace EasyQuant.Faults.Harness;

/// <summary>For a class of tests: leases of the usual length, and Runners whose child processes have little memory and may not be silent for long.</summary>
/// <param name="bed">Where.</param>
public sealed class NarrowRunners(FaultBed bed) : IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        await bed.UseUsualLeasesAsync(true);
        await bed.RestartRunnersAsync(("Runner__ItemProcessMemoryMax", "67108864"), ("Runner__ItemProcessSilenceMax", "00:00:03"), ("Runner__MaxItemProcesses", "3"));
        await bed.WarmAsync();
    }

    public async Task DisposeAsync()
    {
        await bed.RestartRunnersAsync();
        await bed.UseUsualLeasesAsync(false);
    }
}
