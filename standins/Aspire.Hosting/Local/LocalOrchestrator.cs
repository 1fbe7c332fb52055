using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using EasyQuant.LocalServers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Local;

/// <summary>
/// Runs the application on this machine: (1) opens the data directory, (2) gives every endpoint its port, (3) starts the dashboard, (4) starts every
/// resource side by side, each of which waits for what it needs. Stops in the opposite order.
/// </summary>
internal sealed class LocalOrchestrator(LocalOptions options, string environmentName, IServiceProvider services) : IHostedService, IAsyncDisposable
{
    private readonly DistributedApplicationModel _model = services.GetRequiredService<DistributedApplicationModel>();
    private readonly ResourceNotificationService _notifications = services.GetRequiredService<ResourceNotificationService>();
    private readonly ResourceLoggerService _loggers = services.GetRequiredService<ResourceLoggerService>();
    private readonly AppHostConsole _console = new(options.IsQuiet);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<ISupervisor> _supervisors = [];
    private DataDirectory? _data;
    private DashboardHost? _dashboard;
    private Task _report = Task.CompletedTask;

    /// <summary>The dashboard; null when it does not run.</summary>
    public DashboardHost? Dashboard => _dashboard;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        _data = DataDirectory.Open(options.DataDirectory, options.FreeMiBMin);
        foreach (string directory in options.ProjectDirectories)
        {
            _data.OpenToProjects(directory.TrimStart('!'), isPrivate: directory.StartsWith('!'));
        }

        _loggers.LogDirectory = _data.PathOf("logs");
        services.GetRequiredService<ResourceCommandService>().Orchestrator = this;
        var shared = new SupervisorServices(
            _notifications, _loggers, _data, _console, services.GetRequiredService<DistributedApplicationExecutionContext>(), options.RestartDelay);
        _console.Report($"Data directory: {_data.Path}");
        AllocatePorts(_data);
        await StartDashboardAsync(shared, cancellationToken);
        CreateSupervisors(shared);
        foreach (ISupervisor supervisor in _supervisors.Where(supervisor => !supervisor.IsExplicit))
        {
            supervisor.Start();
        }

        _report = new StartReport(_model, _notifications, _console, _data, _dashboard).RunAsync(started, _stopping.Token);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _report;
        // Services first: their last words go to the servers.
        await Task.WhenAll(_supervisors.Where(supervisor => !supervisor.IsInfrastructure).Select(supervisor => supervisor.StopAsync()));
        await Task.WhenAll(_supervisors.Where(supervisor => supervisor.IsInfrastructure).Select(supervisor => supervisor.StopAsync()));
        if (_dashboard is { } dashboard)
        {
            _dashboard = null;
            await dashboard.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _loggers.Dispose();
        _data?.Dispose();
    }

    public ISupervisor? Find(string resourceId) => _supervisors.FirstOrDefault(supervisor => supervisor.ResourceId == resourceId);

    private void AllocatePorts(DataDirectory data)
    {
        foreach (IResource resource in _model.Resources)
        {
            int replicas = ReplicasOf(resource);
            foreach (EndpointAnnotation endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            {
                if (endpoint.Port is { } wanted && !FreePorts.IsFree(wanted))
                {
                    throw new DistributedApplicationException(string.Create(
                        CultureInfo.InvariantCulture,
                        $"Port {wanted} of '{resource.Name}' (endpoint '{endpoint.Name}') is taken by another program. End that program or choose another port."));
                }

                endpoint.Allocate(Enumerable.Range(0, replicas).Select(replica => replica == 0 && endpoint.Port is { } port
                    ? port
                    : data.Port(string.Create(CultureInfo.InvariantCulture, $"{resource.Name}/{endpoint.Name}/{replica}"))));
            }
        }
    }

    private async Task StartDashboardAsync(SupervisorServices shared, CancellationToken cancellationToken)
    {
        // An AppHost knows the dashboard's address by this setting; environment callbacks of resources may read it. What launch settings say is for
        // the official AppHost; here ports are chosen.
        services.GetRequiredService<IConfiguration>()["ASPNETCORE_URLS"] = null;
        if (options.DisableDashboard)
        {
            return;
        }

        if (DashboardLocator.Find(options, shared.Data) is not { } program)
        {
            _console.Report(DashboardLocator.Advice);
            return;
        }

        _dashboard = await DashboardHost.StartAsync(program, options, shared, services, cancellationToken);
        services.GetRequiredService<IConfiguration>()["ASPNETCORE_URLS"] = _dashboard.Frontend;
        _console.Report($"Dashboard: {_dashboard.LoginUrl}");
    }

    private void CreateSupervisors(SupervisorServices shared)
    {
        var mask = new SecretMask(_model, _dashboard is null ? [] : [_dashboard.Telemetry.ApiKey]);
        var launcher = new ProcessLauncher(shared.Data, shared.ExecutionContext, environmentName, _dashboard?.Telemetry, mask, options.StopTimeout);
        var probes = new HealthProbes(services);
        HashSet<IResource> awaited = [.. _model.Resources.SelectMany(resource => resource.Annotations.OfType<WaitAnnotation>())
            .Where(wait => wait.WaitType == WaitType.WaitForCompletion).Select(wait => wait.Resource)];
        var initial = new InitialSnapshots(_notifications);
        foreach (IResource resource in _model.Resources)
        {
            if (resource is ProjectResource or ExecutableResource)
            {
                for (int replica = 0; replica < ReplicasOf(resource); replica++)
                {
                    string id = $"{resource.Name}-{RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz0123456789", 8)}";
                    initial.Publish(resource, id, replica);
                    bool runsOnce = resource is ExecutableResource || awaited.Contains(resource);
                    _supervisors.Add(new ProcessSupervisor(resource, id, replica, runsOnce, launcher, probes, shared));
                }

                continue;
            }

            initial.Publish(resource, resource.Name, replica: 0);
            if (resource.Annotations.OfType<LocalServerAnnotation>().FirstOrDefault() is { } annotation)
            {
                int port = resource.Annotations.OfType<EndpointAnnotation>().First().AllocatedEndpoint!.Port;
                ILocalServer server = annotation.Create(new LocalServerPlace(
                    shared.Data.PathOf(resource.Name), port, name => shared.Data.Port($"{resource.Name}/{name}"), new Programs(options.ServerPrograms)));
                _supervisors.Add(new ServerSupervisor(resource, server, annotation, options.ServerStopTimeout, shared));
            }
        }
    }

    private static int ReplicasOf(IResource resource) => resource.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1;
}
