using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>
/// A supervisor that is a loop with a token: starting runs the loop, stopping cancels it and waits. A start that comes while the loop still ends, also
/// after its last state was told, begins another round behind it.
/// </summary>
internal abstract class LoopSupervisor(IResource resource, string resourceId, SupervisorServices services) : ISupervisor
{
    private readonly Lock _lock = new();
    private Round? _round;

    public string ResourceId => resourceId;

    public abstract bool IsInfrastructure { get; }

    public bool IsExplicit => resource.Annotations.OfType<ExplicitStartupAnnotation>().Any();

    protected IResource Resource => resource;

    protected SupervisorServices Services => services;

    protected ConsoleLog Log { get; } = services.Loggers.LogOf(resourceId);

    public void Start()
    {
        lock (_lock)
        {
            if (_round is { IsEnding: false })
            {
                return;
            }

            var round = new Round();
            Task before = _round?.Loop ?? Task.CompletedTask;
            round.Loop = Task.Run(
                async () =>
                {
                    await before;
                    await GuardAsync(round);
                },
                CancellationToken.None);
            _round = round;
        }
    }

    public async Task StopAsync()
    {
        Round? round;
        lock (_lock)
        {
            round = _round;
            if (round is { IsEnding: false })
            {
                // In the lock, so that it never stands behind the last state of the round.
                PublishState(snapshot => snapshot with { State = KnownResourceStates.Stopping });
                round.IsEnding = true;
            }
        }

        if (round is not null)
        {
            await round.Cancellation.CancelAsync();
            await round.Loop;
        }
    }

    /// <summary>Runs until it is cancelled or there is nothing left to do; leaves no process behind.</summary>
    /// <returns>The last state of the round.</returns>
    protected abstract Task<Func<CustomResourceSnapshot, CustomResourceSnapshot>> RunAsync(CancellationToken cancellationToken);

    protected void Publish(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) => services.Notifications.Publish(resource, resourceId, change);

    /// <summary>Tells a change of the state, which whatever lives in the resource shares.</summary>
    protected virtual void PublishState(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) => Publish(change);

    private async Task GuardAsync(Round round)
    {
        Func<CustomResourceSnapshot, CustomResourceSnapshot> last;
        try
        {
            last = await RunAsync(round.Cancellation.Token);
        }
        catch (OperationCanceledException) when (round.Cancellation.IsCancellationRequested)
        {
            last = snapshot => snapshot with { State = KnownResourceStates.Exited, StopTimeStamp = DateTime.UtcNow, HealthReports = [], IsReady = false };
        }
        catch (Exception exception) // The outermost loop of a resource: it must end in a visible state.
        {
            Log.Append(exception is InvalidOperationException or TimeoutException or DistributedApplicationException ? exception.Message : exception.ToString(), isError: true);
            services.Console.Report($"{resourceId}: {exception.Message}");
            last = snapshot => snapshot with
            {
                State = new ResourceStateSnapshot(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error),
                StopTimeStamp = DateTime.UtcNow,
                IsReady = false,
            };
        }

        // Before the state is told: whoever presses Start because of it is heard.
        lock (_lock)
        {
            round.IsEnding = true;
        }

        PublishState(last);
    }

    private sealed class Round
    {
        // Not disposed: a source without timer holds nothing, and a late stop may still cancel it.
        public CancellationTokenSource Cancellation { get; } = new();

        public Task Loop { get; set; } = Task.CompletedTask;

        /// <summary>True from the moment on in which nothing of this round starts any more.</summary>
        public bool IsEnding { get; set; }
    }
}
