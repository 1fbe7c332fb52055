using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using EasyQuant.LocalServers;

namespace Aspire.Hosting.Local;

/// <summary>Works out how a replica of a project is started: built assembly, account, environment. Thread-safe.</summary>
internal sealed class ProjectLauncher(DataDirectory data, DistributedApplicationExecutionContext executionContext, string environmentName, TelemetryTarget? telemetry)
{
    private readonly ReadableCopy _copies = new(data);

    public async Task<LaunchPlan> PlanAsync(ProjectResource project, string resourceId, int replica, CancellationToken cancellationToken)
    {
        IProjectMetadata metadata = project.Annotations.OfType<IProjectMetadata>().First();
        (string assembly, string workingDirectory) = _copies.For(BuiltAssembly.Of(metadata), Path.GetDirectoryName(metadata.ProjectPath)!);
        Dictionary<string, object> variables = await VariablesAsync(project, resourceId, replica, cancellationToken);
        var values = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach ((string name, object value) in variables)
        {
            values[name] = value switch
            {
                string text => text,
                IValueProvider provider => await provider.GetValueAsync(cancellationToken),
                _ => Convert.ToString(value, CultureInfo.InvariantCulture),
            };
        }

        var process = new ProcessSpec
        {
            FileName = DotnetHost.Path,
            Arguments = ["exec", assembly],
            Environment = values,
            WorkingDirectory = workingDirectory,
            User = data.ProjectUser,
            StopTimeout = TimeSpan.FromSeconds(25),
        };
        return new LaunchPlan(process, [.. values.Select(pair => new EnvironmentVariableSnapshot(pair.Key, pair.Value, IsFromSpec: true))]);
    }

    private async Task<Dictionary<string, object>> VariablesAsync(
        ProjectResource project, string resourceId, int replica, CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, object>
        {
            ["ASPNETCORE_ENVIRONMENT"] = environmentName,
            ["DOTNET_ENVIRONMENT"] = environmentName,
            ["LOGGING__CONSOLE__FORMATTERNAME"] = "simple",
            ["LOGGING__CONSOLE__FORMATTEROPTIONS__SINGLELINE"] = "true",
            ["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "false",
            ["OTEL_SERVICE_NAME"] = project.Name,
            ["OTEL_RESOURCE_ATTRIBUTES"] = "service.instance.id=" + resourceId[(project.Name.Length + 1)..],
        };
        if (data.ProjectUser is not null)
        {
            variables["HOME"] = data.OpenToProjects("home", isPrivate: true);
        }

        telemetry?.AddTo(variables);
        AddEndpoints(project, replica, variables);
        foreach (EnvironmentCallbackAnnotation annotation in project.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await annotation.Callback(new EnvironmentCallbackContext(executionContext, variables, cancellationToken));
        }

        return variables;
    }

    private static void AddEndpoints(ProjectResource project, int replica, Dictionary<string, object> variables)
    {
        var urls = new List<string>();
        foreach (EndpointAnnotation endpoint in project.Annotations.OfType<EndpointAnnotation>())
        {
            AllocatedEndpoint allocated = endpoint.AllAllocatedEndpoints[replica];
            if (endpoint.TargetPortEnvironmentVariable is { } variable)
            {
                variables[variable] = allocated.Port.ToString(CultureInfo.InvariantCulture);
            }
            else if (endpoint.UriScheme is "http" or "https")
            {
                urls.Add(allocated.UriString);
            }
        }

        if (urls.Count > 0)
        {
            variables["ASPNETCORE_URLS"] = string.Join(';', urls);
        }
    }
}
