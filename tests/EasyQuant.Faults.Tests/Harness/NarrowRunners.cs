namespace EasyQuant.Faults.Harness;

/// <summary>For a class of tests: leases of the usual length, and Runners whose child processes have little memory, may not be silent for long and loop without end when they save.</summary>
/// <param name="bed">Where.</param>
public sealed class NarrowRunners(FaultBed bed) : IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        await bed.UseUsualLeasesAsync(true);
        await bed.RestartRunnersAsync(
            ("Runner__ItemProcessMemoryMax", "67108864"),
            ("Runner__ItemProcessSilenceMax", "00:00:03"),
            ("Runner__MaxItemProcesses", "3"),
            ("EQ_ITEM_FAIL", "db-save.before-commit:spin:1"));
        await bed.WarmAsync();
    }

    public async Task DisposeAsync()
    {
        await bed.RestartRunnersAsync();
        await bed.UseUsualLeasesAsync(false);
    }
}
