using System.Collections.Concurrent;

namespace EasyQuant.Flow;

/// <summary>The steps of one run that are to be cancelled without the run. Grows while the run executes. Thread-safe; asking twice is asking once.</summary>
public sealed class StepCancels
{
    // Not disposed: a source without timer holds nothing, and a step may be asked for when it has just ended.
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _sources = new(StringComparer.Ordinal);

    /// <summary>Asks to cancel a step: at once when it runs, else when its turn comes. A node that the run does not have is ignored.</summary>
    /// <param name="nodeId">Id of the node.</param>
    public void Ask(string nodeId) => Source(nodeId).Cancel();

    /// <summary>Returns the token that is cancelled when the step is to be.</summary>
    /// <param name="nodeId">Id of the node.</param>
    public CancellationToken TokenOf(string nodeId) => Source(nodeId).Token;

    private CancellationTokenSource Source(string nodeId) => _sources.GetOrAdd(nodeId, static _ => new CancellationTokenSource());
}
