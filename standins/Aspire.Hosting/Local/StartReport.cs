using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using EasyQuant.LocalServers;

namespace Aspire.Hosting.Local;

/// <summary>
/// Tells when everything is healthy, and leaves the addresses in the file <c>endpoints.env</c> of the data directory (mode 0600, NAME=value lines) for
/// scripts, for as long as the application runs.
/// </summary>
internal sealed class StartReport(
    DistributedApplicationModel model, ResourceNotificationService notifications, AppHostConsole console, DataDirectory data, DashboardHost? dashboard)
{
    private const string FileName = "endpoints.env";

    public async Task RunAsync(long started, CancellationToken cancellationToken)
    {
        string path = data.PathOf(FileName);
        File.Delete(path);
        try
        {
            List<IResource> resources = [.. model.Resources.Where(resource => resource is not ParameterResource && !WaitsForACommand(resource, []))];
            foreach (IResource resource in resources)
            {
                await notifications.WaitForResourceAsync(resource.Name, change => IsSettled(change), cancellationToken);
            }

            List<string> failed = [.. resources.Where(resource => !notifications.AllOf(resource.Name).All(IsGood)).Select(resource => resource.Name)];
            if (failed.Count > 0)
            {
                console.Report($"Not healthy: {string.Join(", ", failed)}. Their console logs are in {data.PathOf("logs")}.");
            }

            foreach ((IResource resource, EndpointAnnotation endpoint) in ExternalEndpoints())
            {
                console.Report($"{char.ToUpperInvariant(resource.Name[0])}{resource.Name[1..]} ({endpoint.Name}): {endpoint.AllocatedEndpoint!.UriString}");
            }

            PrivateDirectory.WriteFile(path, Lines(failed), owner: null);
            if (failed.Count == 0)
            {
                console.Report(string.Create(
                    CultureInfo.InvariantCulture, $"All healthy: {resources.Count} resources after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s. Stop with Ctrl-C."));
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            File.Delete(path);
        }
    }

    // A resource that starts by command, and whatever waits for one, is no part of the start.
    private static bool WaitsForACommand(IResource resource, HashSet<IResource> seen) =>
        seen.Add(resource)
        && (resource.Annotations.OfType<ExplicitStartupAnnotation>().Any()
            || resource.Annotations.OfType<WaitAnnotation>().Any(wait => WaitsForACommand(wait.Resource, seen)));

    private static bool IsGood(ResourceEvent change) =>
        ResourceNotificationService.IsHealthy(change) || change.Snapshot.State?.Text == KnownResourceStates.Finished;

    private static bool IsSettled(ResourceEvent change) =>
        IsGood(change) || change.Snapshot.State?.Text is "FailedToStart" or "ValueMissing" || (change.Snapshot.State?.Text == "Exited" && change.Resource is ExecutableResource);

    private IEnumerable<(IResource Resource, EndpointAnnotation Endpoint)> ExternalEndpoints() =>
        model.Resources.SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.IsExternal).Select(endpoint => (resource, endpoint)));

    private string Lines(List<string> failed)
    {
        var lines = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"APPHOST_PID={Environment.ProcessId}"),
            $"HEALTHY={(failed.Count == 0 ? "true" : "false")}",
        };
        if (dashboard is not null)
        {
            lines.Add($"DASHBOARD_URL={dashboard.LoginUrl}");
            lines.Add($"DASHBOARD_API_KEY={dashboard.ApiKey}");
        }

        foreach ((IResource resource, EndpointAnnotation endpoint) in ExternalEndpoints())
        {
            lines.Add($"{resource.Name.Replace('-', '_').ToUpperInvariant()}_{endpoint.Name.Replace('-', '_').ToUpperInvariant()}_URL={endpoint.AllocatedEndpoint!.UriString}");
        }

        return string.Join('\n', lines) + "\n";
    }
}
