using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Local;

/// <summary>A supervisor that is a loop with a token: starting runs the loop, stopping cancels it and waits.</summary>
internal abstract class LoopSupervisor(IResource resource, string resourceId, SupervisorServices services) : ISupervisor
{
    private readonly Lock _lock = new();
    private CancellationTokenSource? _cancellation;
    private Task _loop = Task.CompletedTask;

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
            if (!_loop.IsCompleted)
            {
                return;
            }

            _cancellation?.Dispose();
            _cancellation = new CancellationTokenSource();
            CancellationToken token = _cancellation.Token;
            _loop = Task.Run(() => GuardAsync(token), CancellationToken.None);
        }
    }

    public async Task StopAsync()
    {
        Task loop;
        lock (_lock)
        {
            _cancellation?.Cancel();
            loop = _loop;
        }

        if (!loop.IsCompleted)
        {
            Publish(snapshot => snapshot with { State = KnownResourceStates.Stopping });
        }

        await loop;
    }

    /// <summary>Runs until it is cancelled or there is nothing left to do; leaves no process behind.</summary>
    protected abstract Task RunAsync(CancellationToken cancellationToken);

    protected void Publish(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) => services.Notifications.Publish(resource, resourceId, change);

    private async Task GuardAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Publish(snapshot => snapshot with { State = KnownResourceStates.Exited, StopTimeStamp = DateTime.UtcNow, HealthReports = [], IsReady = false });
        }
        catch (Exception exception) // The outermost loop of a resource: it must end in a visible state.
        {
            Log.Append(exception is InvalidOperationException or TimeoutException or DistributedApplicationException ? exception.Message : exception.ToString(), isError: true);
            services.Console.Report($"{resourceId}: {exception.Message}");
            Publish(snapshot => snapshot with
            {
                State = new ResourceStateSnapshot(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error),
                StopTimeStamp = DateTime.UtcNow,
                IsReady = false,
            });
        }
    }
}
