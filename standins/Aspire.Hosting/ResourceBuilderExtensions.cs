using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;

namespace Aspire.Hosting;

/// <summary>Says more about resources: endpoints, environment, health, waiting.</summary>
public static partial class ResourceBuilderExtensions
{
    /// <summary>Sets an environment variable.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="name">Name of the variable.</param>
    /// <param name="value">Its value; null leaves it empty.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value)
        where T : IResourceWithEnvironment => builder.WithEnvironment(context => context.EnvironmentVariables[name] = value ?? "");

    /// <summary>Sets an environment variable to a value that is asked for when the process starts.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="name">Name of the variable.</param>
    /// <param name="callback">Returns the value.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, Func<string> callback)
        where T : IResourceWithEnvironment => builder.WithEnvironment(context => context.EnvironmentVariables[name] = callback());

    /// <summary>Sets an environment variable to the address of an endpoint.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="name">Name of the variable.</param>
    /// <param name="endpointReference">The endpoint.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, EndpointReference endpointReference)
        where T : IResourceWithEnvironment => builder.WithEnvironment(context => context.EnvironmentVariables[name] = endpointReference);

    /// <summary>Sets an environment variable to the value of a parameter.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="name">Name of the variable.</param>
    /// <param name="parameter">The parameter.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, IResourceBuilder<ParameterResource> parameter)
        where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return builder.WithEnvironment(context => context.EnvironmentVariables[name] = parameter.Resource);
    }

    /// <summary>Sets environment variables when the process starts.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="callback">Fills the variables.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, Action<EnvironmentCallbackContext> callback)
        where T : IResourceWithEnvironment => builder.WithEnvironment(context =>
        {
            callback(context);
            return Task.CompletedTask;
        });

    /// <summary>Sets environment variables when the process starts.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="callback">Fills the variables.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, Func<EnvironmentCallbackContext, Task> callback)
        where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new EnvironmentCallbackAnnotation(callback));
    }

    /// <summary>
    /// Hands a connection string to a process as <c>ConnectionStrings__{name}</c>, and its parts as <c>{NAME}_HOST</c>, <c>{NAME}_PORT</c> and so on.
    /// </summary>
    /// <typeparam name="TDestination">Kind of resource.</typeparam>
    /// <param name="builder">The process.</param>
    /// <param name="source">The resource with the connection string.</param>
    /// <param name="connectionName">Name of the connection string; null takes the resource's.</param>
    /// <param name="optional">True leaves the variable out when there is no connection string.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null, bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);
        string name = connectionName ?? source.Resource.Name;
        return builder
            .WithAnnotation(new ResourceRelationshipAnnotation(source.Resource, "Reference"))
            .WithEnvironment(async context =>
            {
                string? value = await source.Resource.GetConnectionStringAsync(context.CancellationToken);
                if (value is null && !optional)
                {
                    throw new DistributedApplicationException($"'{source.Resource.Name}' has no connection string for '{builder.Resource.Name}'.");
                }

                context.EnvironmentVariables["ConnectionStrings__" + name] = value ?? "";
                if (source.Resource is IConnectionProperties parts)
                {
                    foreach ((string part, string text) in parts.ConnectionProperties)
                    {
                        context.EnvironmentVariables[$"{VariableOf(name)}_{part}"] = text;
                    }
                }
            });
    }

    /// <summary>
    /// Hands the addresses of a resource to a process for service discovery: <c>services__{name}__{key}__{i}</c>, one for each replica. The key of an
    /// endpoint named http or https is its scheme, of any other its name. The first replica's address is also <c>{NAME}_{ENDPOINT}</c>.
    /// </summary>
    /// <typeparam name="TDestination">Kind of resource.</typeparam>
    /// <param name="builder">The process.</param>
    /// <param name="source">The resource that it calls.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);
        return builder
            .WithAnnotation(new ResourceRelationshipAnnotation(source.Resource, "Reference"))
            .WithEnvironment(context =>
            {
                foreach (EndpointAnnotation endpoint in source.Resource.Annotations.OfType<EndpointAnnotation>())
                {
                    context.EnvironmentVariables[$"{VariableOf(source.Resource.Name)}_{VariableOf(endpoint.Name)}"] = endpoint.AllocatedEndpoint!.UriString;
                    string key = endpoint.Name is "http" or "https" ? endpoint.UriScheme : endpoint.Name;
                    for (int i = 0; i < endpoint.AllAllocatedEndpoints.Count; i++)
                    {
                        context.EnvironmentVariables[FormattableString.Invariant($"services__{source.Resource.Name}__{key}__{i}")] = endpoint.AllAllocatedEndpoints[i].UriString;
                    }
                }
            });
    }

    /// <summary>Adds an HTTP endpoint.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="port">Fixed port; null chooses one and keeps it between starts while it is free.</param>
    /// <param name="targetPort">The same here: nothing stands between caller and process.</param>
    /// <param name="name">Name of the endpoint; null means http.</param>
    /// <param name="env">Environment variable that tells the process its port; null puts the address into ASPNETCORE_URLS.</param>
    /// <param name="isProxied">Without effect here.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="DistributedApplicationException">The resource has an endpoint of that name.</exception>
    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? name = null, string? env = null, bool? isProxied = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        var endpoint = new EndpointAnnotation(ProtocolType.Tcp, "http", name, targetPort ?? port) { TargetPortEnvironmentVariable = env };
        return builder.Resource.Annotations.OfType<EndpointAnnotation>().Any(existing => existing.Name == endpoint.Name)
            ? throw new DistributedApplicationException($"'{builder.Resource.Name}' has an endpoint '{endpoint.Name}' already.")
            : builder.WithAnnotation(endpoint);
    }

    /// <summary>Says that all HTTP endpoints are for people outside of the application.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        foreach (EndpointAnnotation endpoint in builder.Resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.UriScheme is "http" or "https"))
        {
            endpoint.IsExternal = true;
        }

        return builder;
    }

    /// <summary>Names an endpoint.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="name">Name of the endpoint.</param>
    /// <returns>The reference; its address is known when the application runs.</returns>
    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new EndpointReference(builder.Resource, name);
    }

    /// <summary>Adds a health check: an HTTP/1.1 GET on every replica.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="path">Path; null means <c>/</c>.</param>
    /// <param name="statusCode">Status of a healthy replica; null means 200.</param>
    /// <param name="endpointName">Endpoint; null takes the first HTTP endpoint.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new HttpHealthCheckAnnotation(path ?? "/", statusCode ?? 200, endpointName));
    }

    /// <summary>Changes how the dashboard shows the address of an endpoint.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="callback">Sets text and path; an empty <c>Url</c> keeps the address.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<T> WithUrlForEndpoint<T>(this IResourceBuilder<T> builder, string endpointName, Action<ResourceUrlAnnotation> callback)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(callback);
        var url = new ResourceUrlAnnotation
        {
            Url = "",
            Endpoint = builder.Resource is IResourceWithEndpoints owner ? new EndpointReference(owner, endpointName) : null,
        };
        callback(url);
        return builder.WithAnnotation(url);
    }

    /// <summary>Starts a resource when another one runs, is healthy and ready.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="builder">The resource that waits.</param>
    /// <param name="dependency">The other one.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => Wait(builder, dependency, WaitType.WaitUntilHealthy, 0);

    /// <summary>Starts a resource when another one runs.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="builder">The resource that waits.</param>
    /// <param name="dependency">The other one.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<T> WaitForStart<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => Wait(builder, dependency, WaitType.WaitUntilStarted, 0);

    /// <summary>Starts a resource when another one has ended.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="builder">The resource that waits.</param>
    /// <param name="dependency">The other one.</param>
    /// <param name="exitCode">Expected exit code; another one fails the waiting resource.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<T> WaitForCompletion<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0)
        where T : IResourceWithWaitSupport => Wait(builder, dependency, WaitType.WaitForCompletion, exitCode);

    /// <summary>Adds a command.</summary>
    /// <typeparam name="T">Kind of resource.</typeparam>
    /// <param name="builder">The resource.</param>
    /// <param name="name">Name for callers.</param>
    /// <param name="displayName">Text of the button.</param>
    /// <param name="executeCommand">Does it.</param>
    /// <param name="commandOptions">Icon, confirmation, state; null for none.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<T> WithCommand<T>(
        this IResourceBuilder<T> builder, string name, string displayName,
        Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand, CommandOptions? commandOptions = null)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new ResourceCommandAnnotation(name, displayName, executeCommand, commandOptions ?? new CommandOptions()));
    }

    private static string VariableOf(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));

    private static IResourceBuilder<T> Wait<T>(IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitType type, int exitCode)
        where T : IResourceWithWaitSupport
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(dependency);
        return ReferenceEquals(builder.Resource, dependency.Resource)
            ? throw new DistributedApplicationException($"'{builder.Resource.Name}' cannot wait for itself.")
            : builder.WithAnnotation(new WaitAnnotation(dependency.Resource, type, exitCode));
    }
}
