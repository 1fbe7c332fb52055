namespace Aspire.Hosting.ApplicationModel;

/// <summary>What an environment callback sees and fills.</summary>
/// <param name="executionContext">How the AppHost runs.</param>
/// <param name="environmentVariables">Values are strings or <see cref="IValueProvider"/>s.</param>
/// <param name="cancellationToken">Gives up.</param>
public sealed class EnvironmentCallbackContext(
    DistributedApplicationExecutionContext executionContext, Dictionary<string, object> environmentVariables, CancellationToken cancellationToken)
{
    /// <summary>How the AppHost runs.</summary>
    public DistributedApplicationExecutionContext ExecutionContext => executionContext;

    /// <summary>Values are strings or <see cref="IValueProvider"/>s.</summary>
    public Dictionary<string, object> EnvironmentVariables => environmentVariables;

    /// <summary>Gives up.</summary>
    public CancellationToken CancellationToken => cancellationToken;
}
