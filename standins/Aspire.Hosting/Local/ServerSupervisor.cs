using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using EasyQuant.LocalServers;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Local;

/// <summary>Keeps a server of this machine running for as long as the application runs; a server that dies is started again at once.</summary>
internal sealed class ServerSupervisor(
    IResource resource, ILocalServer server, LocalServerAnnotation annotation, TimeSpan stopTimeout, SupervisorServices services)
    : LoopSupervisor(resource, resource.Name, services)
{
    private static readonly TimeSpan s_healthInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_backoffMax = TimeSpan.FromSeconds(10);

    public override bool IsInfrastructure => true;

    protected override async Task<Func<CustomResourceSnapshot, CustomResourceSnapshot>> RunAsync(CancellationToken cancellationToken)
    {
        await using var host = new ServerHost(server, Log.Append) { StopTimeout = stopTimeout };
        for (int failures = 0; ; failures++)
        {
            long started = Stopwatch.GetTimestamp();
            PublishState(snapshot => snapshot with { State = KnownResourceStates.Starting, HealthReports = [], IsReady = false });
            try
            {
                await StartAsync(host, cancellationToken);
            }
            catch (Exception exception) when (failures < 3 && exception is TimeoutException or Npgsql.NpgsqlException && !cancellationToken.IsCancellationRequested)
            {
                Log.Append(exception.Message, isError: true);
                await Task.Delay(Backoff(failures), cancellationToken);
                continue;
            }

            IReadOnlyList<int> processIds = host.ProcessIds;
            Services.Data.Track(processIds);
            try
            {
                await WatchAsync(host, cancellationToken);
            }
            finally
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    await host.StopAsync();
                }

                Services.Data.Forget(processIds);
            }

            Log.Append($"{server.Name} died and is started again.", isError: true);
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(1))
            {
                failures = 0;
            }

            await Task.Delay(Backoff(failures), cancellationToken);
        }
    }

    // A database is where its server is: whoever waits for one hears that the server cannot be started.
    protected override void PublishState(Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
    {
        Publish(change);
        foreach ((IResource child, _) in annotation.Children)
        {
            Services.Notifications.Publish(child, child.Name, change);
        }
    }

    private async Task StartAsync(ServerHost host, CancellationToken cancellationToken)
    {
        await host.StartAsync(cancellationToken);
        DateTime now = DateTime.UtcNow;
        Publish(snapshot => (snapshot with
        {
            State = new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
            StartTimeStamp = now,
            StopTimeStamp = null,
            ExitCode = null,
            HealthReports = [Report(null)],
        }).With("executable.pid", host.ProcessId).With("executable.path", server.Process().FileName));
        foreach ((IResource child, Func<ILocalServer, CancellationToken, Task> create) in annotation.Children)
        {
            await create(server, cancellationToken);
            Services.Notifications.Publish(child, child.Name, snapshot => snapshot with
            {
                State = new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
                StartTimeStamp = now,
                IsReady = true,
            });
        }

        Publish(snapshot => snapshot with { IsReady = true });
    }

    private async Task WatchAsync(ServerHost host, CancellationToken cancellationToken)
    {
        string? last = null;
        while (!host.Exited.IsCompleted)
        {
            await Task.WhenAny(Task.Delay(s_healthInterval, cancellationToken), host.Exited);
            cancellationToken.ThrowIfCancellationRequested();
            string? reason = await server.ProbeAsync(cancellationToken);
            if (reason != last)
            {
                last = reason;
                Publish(snapshot => snapshot with { HealthReports = [Report(reason)] });
            }
        }

        PublishState(snapshot => snapshot with { State = KnownResourceStates.Exited, StopTimeStamp = DateTime.UtcNow, HealthReports = [], IsReady = false });
    }

    private HealthReportSnapshot Report(string? reason) =>
        new(Resource.Name + "_check", reason is null ? HealthStatus.Healthy : HealthStatus.Unhealthy, reason, null) { LastRunAt = DateTime.UtcNow };

    private static TimeSpan Backoff(int failures) =>
        failures == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(s_backoffMax.TotalSeconds, 1 << Math.Min(failures, 6)));
}
