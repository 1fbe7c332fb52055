namespace EasyQuant.Faults.Harness;

/// <summary>For a class of tests: Workflow has three connections to the database while they run.</summary>
/// <param name="bed">Where.</param>
public sealed class SmallPool(FaultBed bed) : IAsyncLifetime
{
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
        await bed.WarmAsync();
    }
}
