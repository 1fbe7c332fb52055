using System.Collections.Concurrent;

namespace EasyQuant.Interop.Tests.Fixtures;

/// <summary>What tests and the echo service tell each other, by the key of a request.</summary>
public sealed class EchoState
{
    private readonly ConcurrentDictionary<string, int> _attempts = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _entered = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<DateTime>> _cancelled = new();

    /// <summary>Completes when a waiting handler has begun.</summary>
    public TaskCompletionSource Entered(string key) =>
        _entered.GetOrAdd(key, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Counts an attempt and returns its number, from 1.</summary>
    public int NextAttempt(string key) => _attempts.AddOrUpdate(key, 1, (_, n) => n + 1);

    /// <summary>Completes with the deadline that the handler saw when it was cancelled.</summary>
    public TaskCompletionSource<DateTime> Cancelled(string key) =>
        _cancelled.GetOrAdd(key, _ => new TaskCompletionSource<DateTime>(TaskCreationOptions.RunContinuationsAsynchronously));
}
