using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>Describes an application that runs without containers. Not thread-safe.</summary>
internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly ResourceCollection _resources = [];
    private readonly DistributedApplicationOptions _options;

    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        _options = options;
        Assembly? assembly = TestingHook.Current.Value?.EntryAssembly ?? (options.AssemblyName is { } name ? Assembly.Load(new AssemblyName(name)) : Assembly.GetEntryAssembly());
        string assemblyName = assembly?.GetName().Name ?? "Application.AppHost";
        const string suffix = ".AppHost";
        ApplicationName = assemblyName.EndsWith(suffix, StringComparison.Ordinal) ? assemblyName[..^suffix.Length] : assemblyName;
        AppHostDirectory = assembly?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "apphostprojectpath")?.Value
            ?? Directory.GetCurrentDirectory();
        _host = new HostApplicationBuilder(new HostApplicationBuilderSettings { Args = options.Args, ApplicationName = assemblyName });
        // What fails is told once, by the application itself or by the state of the resource.
        _host.Logging.SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None)
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        TestingHook.Current.Value?.OnCreated(this, options);
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public string AppHostDirectory { get; }

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    /// <summary>Name of the AppHost without <c>.AppHost</c>.</summary>
    public string ApplicationName { get; }

    public DistributedApplicationExecutionContext ExecutionContext { get; } = new();

    public IResourceCollection Resources => _resources;

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        if (_resources.Any(existing => string.Equals(existing.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new DistributedApplicationException($"There is a resource '{resource.Name}' already.");
        }

        _resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build()
    {
        TestingHook? hook = TestingHook.Current.Value;
        hook?.OnBuilding();
        LocalOptions options = LocalOptions.From(Configuration, _options, ApplicationName);
        Services.AddSingleton(new DistributedApplicationModel(_resources));
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton<ResourceNotificationService>();
        Services.AddSingleton<ResourceLoggerService>();
        Services.AddSingleton(services => new ResourceCommandService(
            services.GetRequiredService<ResourceLoggerService>(), services.GetRequiredService<ResourceNotificationService>(), services));
        Services.AddSingleton(services => new LocalOrchestrator(options, Environment.EnvironmentName, services));
        Services.AddHostedService(services => services.GetRequiredService<LocalOrchestrator>());
        Services.AddHttpClient();
        Services.AddHealthChecks();
        Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(90));
        var application = new DistributedApplication(_host.Build());
        hook?.OnBuilt(application);
        return application;
    }
}
