using System.Collections.Immutable;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using EasyQuant.LocalServers;

namespace Aspire.Hosting.Local;

/// <summary>Works out how a replica of a project or program is started: what, as whom, with which arguments and environment. Thread-safe.</summary>
internal sealed class ProcessLauncher(
    DataDirectory data, DistributedApplicationExecutionContext executionContext, string environmentName, TelemetryTarget? telemetry, SecretMask mask,
    TimeSpan stopTimeout)
{
    private readonly ReadableCopy _copies = new(data);

    public async Task<LaunchPlan> PlanAsync(IResource resource, string resourceId, int replica, CancellationToken cancellationToken)
    {
        Dictionary<string, object> variables = await VariablesAsync(resource, resourceId, replica, cancellationToken);
        var values = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach ((string name, object value) in variables)
        {
            values[name] = await TextAsync(value, cancellationToken);
        }

        List<string> arguments = await ArgumentsAsync(resource, cancellationToken);
        ImmutableArray<EnvironmentVariableSnapshot> shown = [.. values.Select(pair => new EnvironmentVariableSnapshot(pair.Key, mask.Apply(pair.Value), IsFromSpec: true))];

        // Where launch settings want the dashboard of this AppHost is no address for a resource.
        values.TryAdd("ASPNETCORE_URLS", null);
        ProcessSpec process = resource is ExecutableResource executable ? Program(executable, arguments, values) : Project(resource, arguments, values);
        return new LaunchPlan(
            process,
            shown,
            [.. arguments.Select(argument => mask.Apply(argument)!)]);
    }

    private ProcessSpec Project(IResource resource, List<string> arguments, SortedDictionary<string, string?> values)
    {
        IProjectMetadata metadata = resource.Annotations.OfType<IProjectMetadata>().First();
        (string assembly, string workingDirectory) = _copies.For(BuiltAssembly.Of(metadata), Path.GetDirectoryName(metadata.ProjectPath)!);
        return new ProcessSpec
        {
            FileName = DotnetHost.Path,
            Arguments = ["exec", assembly, .. arguments],
            Environment = values,
            WorkingDirectory = workingDirectory,
            User = data.ProjectUser,
            StopTimeout = stopTimeout,
        };
    }

    // As the account of the AppHost: what a build tool writes belongs to whoever started it.
    private ProcessSpec Program(ExecutableResource executable, List<string> arguments, SortedDictionary<string, string?> values) => new()
    {
        FileName = ProgramPath.Find(executable),
        Arguments = arguments,
        Environment = values,
        WorkingDirectory = executable.WorkingDirectory,
        IsGroupGuarded = true,
        StopTimeout = stopTimeout,
    };

    private static async Task<List<string>> ArgumentsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], cancellationToken);
        foreach (CommandLineArgsCallbackAnnotation annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        var arguments = new List<string>();
        foreach (object argument in context.Args)
        {
            arguments.Add(await TextAsync(argument, cancellationToken) ?? "");
        }

        return arguments;
    }

    private static async ValueTask<string?> TextAsync(object value, CancellationToken cancellationToken) => value switch
    {
        string text => text,
        IValueProvider provider => await provider.GetValueAsync(cancellationToken),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private async Task<Dictionary<string, object>> VariablesAsync(
        IResource project, string resourceId, int replica, CancellationToken cancellationToken)
    {
        Dictionary<string, object> variables = project is ProjectResource ? ProjectVariables() : [];
        variables["OTEL_SERVICE_NAME"] = project.Name;
        variables["OTEL_RESOURCE_ATTRIBUTES"] = "service.instance.id=" + resourceId[(project.Name.Length + 1)..];
        telemetry?.AddTo(variables);
        AddEndpoints(project, replica, variables);
        foreach (EnvironmentCallbackAnnotation annotation in project.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await annotation.Callback(new EnvironmentCallbackContext(executionContext, variables, cancellationToken));
        }

        return variables;
    }

    private Dictionary<string, object> ProjectVariables()
    {
        var variables = new Dictionary<string, object>
        {
            ["ASPNETCORE_ENVIRONMENT"] = environmentName,
            ["DOTNET_ENVIRONMENT"] = environmentName,
            ["LOGGING__CONSOLE__FORMATTERNAME"] = "simple",
            ["LOGGING__CONSOLE__FORMATTEROPTIONS__SINGLELINE"] = "true",
            ["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "false",
        };
        if (data.ProjectUser is not null)
        {
            variables["HOME"] = data.OpenToProjects("home", isPrivate: true);
        }

        return variables;
    }

    private static void AddEndpoints(IResource project, int replica, Dictionary<string, object> variables)
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
