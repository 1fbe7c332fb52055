namespace EasyQuant.Faults.Harness;

/// <summary>For a class of tests: Workflow has three connections to the database while they run.</summary>
/// <param name="bed">Where.</param>
public sealed class SmallPool(FaultBed bed) : IAsyncLifetime
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    public async Task InitializeAsync()
    {
        await bed.BeginAsync();
        bed.EndWell();
        await RestartAsync(("ConnectionStrings__easyquant", bed.WorkflowConnection(3)));
    }

    public Task DisposeAsync() => RestartAsync();

    private async Task RestartAsync(params (string Name, string Value)[] variables)
    {
        await bed.RestartWorkflowAsync(variables);
        using var deadline = new CancellationTokenSource(s_deadline);
        await bed.WaitReadyAsync(deadline.Token);
    }
}
