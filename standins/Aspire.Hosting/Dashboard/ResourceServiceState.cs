namespace Aspire.Hosting.Dashboard;

/// <summary>What calls of the resource service share.</summary>
internal sealed record ResourceServiceState(string ApplicationName, string ApiKey, CancellationToken Stopping)
{
    public CancellationTokenSource LinkTo(CancellationToken call) => CancellationTokenSource.CreateLinkedTokenSource(call, Stopping);
}
