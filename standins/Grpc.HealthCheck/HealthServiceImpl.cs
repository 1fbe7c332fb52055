using System.Threading.Channels;
using Grpc.Core;
using Grpc.Health.V1;

namespace Grpc.HealthCheck;

/// <summary>The health service over statuses that are set by code. Safe for use by many threads.</summary>
public class HealthServiceImpl : Health.V1.Health.HealthBase
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HealthCheckResponse.Types.ServingStatus> _statuses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Channel<HealthCheckResponse.Types.ServingStatus>>> _watchers =
        new(StringComparer.Ordinal);

    /// <summary>Sets the status of a service and tells its watchers when it has changed.</summary>
    /// <param name="service">The full name; empty for the server as a whole.</param>
    /// <param name="status">The status.</param>
    public void SetStatus(string service, HealthCheckResponse.Types.ServingStatus status)
    {
        lock (_gate)
        {
            HealthCheckResponse.Types.ServingStatus before = Find(service);
            _statuses[service] = status;
            Notify(service, before, status);
        }
    }

    /// <summary>Forgets a service; its watchers see SERVICE_UNKNOWN.</summary>
    /// <param name="service">The full name; empty for the server as a whole.</param>
    public void ClearStatus(string service)
    {
        lock (_gate)
        {
            HealthCheckResponse.Types.ServingStatus before = Find(service);
            _statuses.Remove(service);
            Notify(service, before, HealthCheckResponse.Types.ServingStatus.ServiceUnknown);
        }
    }

    /// <summary>Forgets all services.</summary>
    public void ClearAll()
    {
        lock (_gate)
        {
            foreach (string service in _statuses.Keys.ToArray())
            {
                ClearStatus(service);
            }
        }
    }

    /// <summary>Answers with the status that was set.</summary>
    /// <param name="request">Names the service.</param>
    /// <param name="context">The call.</param>
    /// <returns>The status.</returns>
    /// <exception cref="RpcException">NOT_FOUND: no status is set for the service.</exception>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        lock (_gate)
        {
            return _statuses.TryGetValue(request.Service, out HealthCheckResponse.Types.ServingStatus status)
                ? Task.FromResult(new HealthCheckResponse { Status = status })
                : throw new RpcException(new Status(StatusCode.NotFound, $"Service '{request.Service}' is not known."));
        }
    }

    /// <summary>Sends the status and every change until the call is cancelled. A slow reader misses intermediate changes.</summary>
    /// <param name="request">Names the service.</param>
    /// <param name="responseStream">Takes the statuses.</param>
    /// <param name="context">The call.</param>
    /// <returns>A task that is complete when the call is cancelled.</returns>
    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        var channel = Channel.CreateBounded<HealthCheckResponse.Types.ServingStatus>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        Subscribe(request.Service, channel);
        try
        {
            await foreach (HealthCheckResponse.Types.ServingStatus status in
                channel.Reader.ReadAllAsync(context.CancellationToken).ConfigureAwait(false))
            {
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status }).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            context.Status = Status.DefaultCancelled;
        }
        finally
        {
            Unsubscribe(request.Service, channel);
        }
    }

    private void Subscribe(string service, Channel<HealthCheckResponse.Types.ServingStatus> channel)
    {
        lock (_gate)
        {
            if (!_watchers.TryGetValue(service, out List<Channel<HealthCheckResponse.Types.ServingStatus>>? watchers))
            {
                _watchers[service] = watchers = [];
            }

            watchers.Add(channel);
            channel.Writer.TryWrite(Find(service));
        }
    }

    private void Unsubscribe(string service, Channel<HealthCheckResponse.Types.ServingStatus> channel)
    {
        lock (_gate)
        {
            List<Channel<HealthCheckResponse.Types.ServingStatus>> watchers = _watchers[service];
            watchers.Remove(channel);
            if (watchers.Count == 0)
            {
                _watchers.Remove(service);
            }
        }
    }

    private HealthCheckResponse.Types.ServingStatus Find(string service) =>
        _statuses.TryGetValue(service, out HealthCheckResponse.Types.ServingStatus status)
            ? status
            : HealthCheckResponse.Types.ServingStatus.ServiceUnknown;

    private void Notify(
        string service, HealthCheckResponse.Types.ServingStatus before, HealthCheckResponse.Types.ServingStatus now)
    {
        if (before == now
            || !_watchers.TryGetValue(service, out List<Channel<HealthCheckResponse.Types.ServingStatus>>? watchers))
        {
            return;
        }

        foreach (Channel<HealthCheckResponse.Types.ServingStatus> watcher in watchers)
        {
            watcher.Writer.TryWrite(now);
        }
    }
}
