using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Knows how every resource is and tells whoever watches. Thread-safe.</summary>
public sealed class ResourceNotificationService
{
    private const int WatcherBacklogMax = 16 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ResourceEvent> _current = [];
    private readonly List<Channel<ResourceEvent>> _watchers = [];

    /// <summary>Returns the current state of a replica.</summary>
    /// <param name="resourceId">Id of the replica.</param>
    /// <param name="resourceEvent">How it is; null when it is unknown.</param>
    /// <returns>True when it is known.</returns>
    public bool TryGetCurrentState(string resourceId, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        lock (_lock)
        {
            return _current.TryGetValue(resourceId, out resourceEvent);
        }
    }

    /// <summary>Returns how every replica is, then every change.</summary>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>Events, oldest first; a watcher that falls 16384 events behind gets an <see cref="InvalidOperationException"/>.</returns>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateBounded<ResourceEvent>(WatcherBacklogMax);
        lock (_lock)
        {
            foreach (ResourceEvent current in _current.Values)
            {
                channel.Writer.TryWrite(current);
            }

            _watchers.Add(channel);
        }

        try
        {
            await foreach (ResourceEvent change in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return change;
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(channel);
            }
        }
    }

    /// <summary>Waits until every replica of a resource is in a state.</summary>
    /// <param name="resourceName">Name of the resource.</param>
    /// <param name="targetState">The state; null means Running.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that completes then.</returns>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <summary>Waits until every replica of a resource is in one of some states.</summary>
    /// <param name="resourceName">Name of the resource.</param>
    /// <param name="targetStates">The states.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The state of the replica that came last.</returns>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        HashSet<string> states = [.. targetStates];
        ResourceEvent last = await WaitForResourceAsync(
            resourceName, change => change.Snapshot.State is { } state && states.Contains(state.Text), cancellationToken);
        return last.Snapshot.State!.Text;
    }

    /// <summary>Waits until every replica of a resource runs and is healthy and ready.</summary>
    /// <param name="resourceName">Name of the resource.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The event of the replica that came last.</returns>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, IsHealthy, cancellationToken);

    /// <summary>Waits until every replica of a resource meets a condition.</summary>
    /// <param name="resourceName">Name of the resource.</param>
    /// <param name="predicate">The condition.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The event of the replica that came last.</returns>
    public async Task<ResourceEvent> WaitForResourceAsync(
        string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        await foreach (ResourceEvent change in WatchAsync(cancellationToken))
        {
            if (change.Resource.Name == resourceName && predicate(change) && AllOf(resourceName).All(predicate))
            {
                return change;
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }

    internal static bool IsHealthy(ResourceEvent change) =>
        change.Snapshot is { HealthStatus: HealthStatus.Healthy or HealthStatus.Degraded, IsReady: true };

    internal IReadOnlyList<ResourceEvent> AllOf(string resourceName)
    {
        lock (_lock)
        {
            return [.. _current.Values.Where(current => current.Resource.Name == resourceName)];
        }
    }

    internal IReadOnlyList<ResourceEvent> All()
    {
        lock (_lock)
        {
            return [.. _current.Values];
        }
    }

    internal void Publish(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
    {
        lock (_lock)
        {
            CustomResourceSnapshot before = _current.TryGetValue(resourceId, out ResourceEvent? existing)
                ? existing.Snapshot
                : new CustomResourceSnapshot { ResourceType = resource.GetType().Name, Properties = [] };
            var after = new ResourceEvent(resource, resourceId, change(before));
            _current[resourceId] = after;
            foreach (Channel<ResourceEvent> watcher in _watchers)
            {
                if (!watcher.Writer.TryWrite(after))
                {
                    watcher.Writer.TryComplete(new InvalidOperationException($"A watcher of resources fell {WatcherBacklogMax} events behind."));
                }
            }
        }
    }
}
