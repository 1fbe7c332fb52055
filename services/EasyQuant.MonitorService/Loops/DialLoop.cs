using EasyQuant.MonitorService.Grpc;
using EasyQuant.MonitorService.Pool;
using EasyQuant.MonitorService.Storage;
using Grpc.Core;

namespace EasyQuant.MonitorService.Loops;

/// <summary>Keeps a stream open to each added address that no other replica dials; after a failure it waits 0.5 s, twice as long each time, at most 30 s.</summary>
internal sealed partial class DialLoop(AddressStore store, WorkerDialer dialer, TimeProvider time, ILogger<DialLoop> logger) : BackgroundService
{
    private const int CountMax = 400;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_claimPeriod = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_pauseMin = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(30);

    private readonly string _id = Guid.NewGuid().ToString();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly Dictionary<(string Project, string Address, bool IsTls), (CancellationTokenSource Stop, Task Task)> _dialed = [];

    /// <summary>Looks at the addresses at once.</summary>
    public void Wake()
    {
        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already set.
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _signal.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ReconcileAsync(await store.ClaimAsync(_id, s_claimPeriod, CountMax, stoppingToken), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                // Outermost loop: streams stay open meanwhile, and the next round looks again.
                LogRoundFailed(exception);
            }

            await ((Task)_signal.WaitAsync(s_interval, stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await ReconcileAsync([], CancellationToken.None);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        await store.YieldAsync(_id, deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ReconcileAsync(List<DialedAddress> addresses, CancellationToken cancellationToken)
    {
        Dictionary<(string, string, bool), DialedAddress> wanted = addresses.ToDictionary(address => (address.ProjectId, address.Address, address.IsTls));
        foreach (((string, string, bool) key, (CancellationTokenSource stop, Task task)) in _dialed.Where(dialed => !wanted.ContainsKey(dialed.Key)).ToArray())
        {
            await stop.CancelAsync();
            await task;
            stop.Dispose();
            _dialed.Remove(key);
        }

        foreach (((string, string, bool) key, DialedAddress address) in wanted.Where(address => !_dialed.ContainsKey(address.Key)))
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _dialed[key] = (stop, DialAsync(address, stop.Token));
        }
    }

    private async Task DialAsync(DialedAddress address, CancellationToken cancellationToken)
    {
        TimeSpan pause = s_pauseMin;
        while (!cancellationToken.IsCancellationRequested)
        {
            string error = "";
            try
            {
                await dialer.RunAsync(
                    address,
                    () =>
                    {
                        pause = s_pauseMin;
                        LogConnected(address.Address, address.ProjectId);
                        return store.NoteAsync(address with { IsConnected = true, LastError = "" }, _id, cancellationToken);
                    },
                    cancellationToken);
            }
            catch (Exception exception)
            {
                // Outermost frame of one address: whatever went wrong, it is dialled again.
                error = exception is RpcException rpc ? $"{rpc.StatusCode}: {rpc.Status.Detail}" : exception.Message;
                error = error.Length <= 500 ? error : error[..500];
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            LogFailed(address.Address, address.ProjectId, error, pause.TotalMilliseconds);
            await store.NoteAsync(address with { IsConnected = false, LastError = error }, _id, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < s_pauseMax ? pause * 2 : s_pauseMax;
        }
    }

    [LoggerMessage(5031, LogLevel.Information, "The stream to the worker at {Address} of project {ProjectId} is open.")]
    private partial void LogConnected(string address, string projectId);

    [LoggerMessage(5032, LogLevel.Warning, "The stream to the worker at {Address} of project {ProjectId} is closed ({Error}); it is dialled again in {PauseMs} ms.")]
    private partial void LogFailed(string address, string projectId, string error, double pauseMs);

    [LoggerMessage(5033, LogLevel.Warning, "A round of looking for addresses to dial failed; the next one starts soon.")]
    private partial void LogRoundFailed(Exception exception);
}
