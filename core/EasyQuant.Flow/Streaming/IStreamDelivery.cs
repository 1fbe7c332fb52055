using System.Diagnostics;

namespace EasyQuant.Flow;

/// <summary>A chunk that was delivered from a topic and is not acknowledged yet. Used by one caller at a time.</summary>
public interface IStreamDelivery
{
    /// <summary>Lets go of the chunk: its effects are durable, or somebody else has made them so.</summary>
    /// <param name="cancellationToken">Ends the wait; the chunk may then come again.</param>
    ValueTask AcknowledgeAsync(CancellationToken cancellationToken);

    /// <summary>The chunk could not be handled: it is delivered again, or parked with the reason when that happened often enough.</summary>
    /// <param name="exception">What the chain threw.</param>
    /// <param name="cancellationToken">Ends the wait; the chunk may then come again.</param>
    ValueTask FailAsync(Exception exception, CancellationToken cancellationToken);

    /// <summary>
    /// Starts the span under which the chunk is handled, in the trace of whoever sent it; it becomes the current one. Called once for a chunk that the chain gets.
    /// </summary>
    /// <returns>The span, which the chain ends; null for none, which is the default.</returns>
    Activity? StartSpan() => null;
}
