using System.Collections.Concurrent;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Tests.Control;

/// <summary>Collects the states of items.</summary>
internal sealed class FakeItemObserver : IRunObserver
{
    public ConcurrentBag<ItemUpdate> Items { get; } = [];

    public ValueTask OnStepStartedAsync(StepStarted step, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask OnStepFinishedAsync(StepFinished step, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void OnStepRetry(string nodeId, int attempt, StepError error, TimeSpan delay)
    {
    }

    public void OnProgress(string nodeId, long done, long total, string? message)
    {
    }

    public void OnItems(string nodeId, IReadOnlyList<ItemUpdate> items)
    {
        foreach (ItemUpdate item in items)
        {
            Items.Add(item);
        }
    }
}
