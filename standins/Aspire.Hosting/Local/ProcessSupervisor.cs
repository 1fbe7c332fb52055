using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using EasyQuant.LocalServers;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Local;

/// <summary>
/// Keeps one replica of a project running: waits for what it needs, starts its process, asks its health, and starts it again when it crashes, after
/// 0.25 s (or what the settings say), 0.5 s ... 30 s; ten crashes within a minute of their start each end in FailedToStart. A program, and a project whose end another resource
/// waits for, runs once.
/// </summary>
internal sealed class ProcessSupervisor(
    IResource resource, string resourceId, int replica, bool runsOnce, ProcessLauncher launcher, HealthProbes probes, SupervisorServices services)
    : LoopSupervisor(resource, resourceId, services)
{
    /// <summary>Longest pause before a new start.</summary>
    public static readonly TimeSpan RestartDelayMax = TimeSpan.FromSeconds(30);

    private const int CrashesMax = 10;
    private static readonly TimeSpan s_stableAfter = TimeSpan.FromMinutes(1);

    public override bool IsInfrastructure => false;

    protected override async Task<Func<CustomResourceSnapshot, CustomResourceSnapshot>> RunAsync(CancellationToken cancellationToken)
    {
        await WaitForOthersAsync(cancellationToken);
        for (int crashes = 0; ;)
        {
            Publish(snapshot => snapshot with { State = KnownResourceStates.Starting, HealthReports = [], IsReady = false });
            long started = Stopwatch.GetTimestamp();
            int exitCode = await RunOnceAsync(cancellationToken);
            if (exitCode == 0)
            {
                return snapshot => snapshot with { State = KnownResourceStates.Finished, ExitCode = 0, StopTimeStamp = DateTime.UtcNow, HealthReports = [] };
            }

            crashes = Stopwatch.GetElapsedTime(started) > s_stableAfter ? 1 : crashes + 1;
            Func<CustomResourceSnapshot, CustomResourceSnapshot> exited = snapshot => snapshot with
            {
                State = new ResourceStateSnapshot(KnownResourceStates.Exited, KnownResourceStateStyles.Error),
                ExitCode = exitCode,
                StopTimeStamp = DateTime.UtcNow,
                HealthReports = [],
                IsReady = false,
            };
            if (runsOnce)
            {
                Log.Append($"The process ended with exit code {exitCode}.", isError: true);
                return exited;
            }

            Publish(exited);
            if (crashes >= CrashesMax)
            {
                string tail = string.Join('\n', Log.Tail(15));
                throw new DistributedApplicationException($"ended with exit code {exitCode}, {crashes} times in a row; it is not started again. Its last lines:\n{tail}");
            }

            TimeSpan doubled = Services.RestartDelay * (1 << (crashes - 1));
            TimeSpan delay = doubled < RestartDelayMax ? doubled : RestartDelayMax;
            Log.Append($"The process ended with exit code {exitCode}; it is started again in {delay.TotalSeconds:0.###} s.", isError: true);
            await Task.Delay(delay, cancellationToken);
        }
    }

    private async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        LaunchPlan plan = await launcher.PlanAsync(Resource, ResourceId, replica, cancellationToken);
        ChildProcess process = await ChildProcess.StartAsync(plan.Process, Log.Append);
        Services.Data.Track([process.Id]);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task health = Task.CompletedTask;
        try
        {
            HealthProbe[] asked = probes.Of(Resource, replica);
            Publish(snapshot => (snapshot with
            {
                State = new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
                StartTimeStamp = DateTime.UtcNow,
                StopTimeStamp = null,
                ExitCode = null,
                EnvironmentVariables = plan.Environment,
                HealthReports = [.. asked.Select(probe => new HealthReportSnapshot(probe.Key, null, null, null))],
                IsReady = true,
            }).With("executable.pid", process.Id).With("executable.path", plan.Process.FileName).With("executable.workDir", plan.Process.WorkingDirectory)
                .With("executable.args", plan.Arguments));
            health = WatchHealthAsync(asked, watching.Token);
            return await process.Exited.WaitAsync(cancellationToken);
        }
        finally
        {
            await watching.CancelAsync();
            await health;
            await process.StopAsync();
            Services.Data.Forget([process.Id]);
        }
    }

    private async Task WatchHealthAsync(HealthProbe[] asked, CancellationToken cancellationToken)
    {
        await Task.WhenAll(asked.Select(probe => probe.WatchAsync(
            report => Publish(snapshot => snapshot with
            {
                HealthReports = [.. snapshot.HealthReports.Select(existing => existing.Name == report.Name ? report : existing)],
            }),
            cancellationToken)));
    }

    private async Task WaitForOthersAsync(CancellationToken cancellationToken)
    {
        List<WaitAnnotation> waits = [.. Resource.Annotations.OfType<WaitAnnotation>()];
        if (waits.Count == 0)
        {
            return;
        }

        Publish(snapshot => (snapshot with { State = KnownResourceStates.Waiting })
            .With("resource.waitingFor", string.Join(", ", waits.Select(wait => wait.Resource.Name))));
        foreach (WaitAnnotation wait in waits)
        {
            ResourceEvent last = await Services.Notifications.WaitForResourceAsync(
                wait.Resource.Name, change => IsMet(wait, change) || HasFailed(wait, change), cancellationToken);
            if (!IsMet(wait, last))
            {
                throw new DistributedApplicationException(
                    $"waits for '{wait.Resource.Name}', which is in state {last.Snapshot.State?.Text} with exit code {last.Snapshot.ExitCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unknown"}.");
            }
        }

        Publish(snapshot => snapshot with { Properties = [.. snapshot.Properties.Where(property => property.Name != "resource.waitingFor")] });
    }

    private static bool IsMet(WaitAnnotation wait, ResourceEvent change) => wait.WaitType switch
    {
        WaitType.WaitUntilHealthy => ResourceNotificationService.IsHealthy(change),
        WaitType.WaitUntilStarted => change.Snapshot.State?.Text == KnownResourceStates.Running,
        _ => change.Snapshot.State is { } state && KnownResourceStates.TerminalStates.Contains(state.Text) && change.Snapshot.ExitCode == wait.ExitCode,
    };

    private static bool HasFailed(WaitAnnotation wait, ResourceEvent change) =>
        change.Snapshot.State?.Text == KnownResourceStates.FailedToStart
        || (wait.WaitType == WaitType.WaitForCompletion && change.Snapshot.State is { } state && KnownResourceStates.TerminalStates.Contains(state.Text));
}
