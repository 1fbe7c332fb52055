using EasyQuant.Flow;
using EasyQuant.Persistence.Effects;
using EasyQuant.Persistence.Streams;

namespace EasyQuant.Nodes.Messaging;

/// <summary>A parked chunk that is tried once more: when it fails again, it is parked again with its new reason.</summary>
internal sealed class ParkedDelivery(GroupContext context, StreamExecution execution, ParkedPayload parked, Action onParked) : IStreamDelivery
{
    /// <summary>Bytes of the payload that came in.</summary>
    public int ByteCount => parked.Payload.Length;

    public ValueTask AcknowledgeAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask FailAsync(Exception exception, CancellationToken cancellationToken)
    {
        StepError error = StepErrors.From(exception, null);
        var chunk = new ParkedChunk
        {
            MessageId = parked.MessageId,
            Position = parked.Position,
            Reason = error.Reason,
            Detail = error.Message,
            StackTrace = exception.StackTrace ?? "",
            RedeliveryCount = 0,
            Encoding = parked.Encoding,
            RowCount = parked.RowCount,
            Payload = parked.Payload,
            IsChunk = true,
        };
        try
        {
            await context.Patient.RunAsync(
                "groups.park",
                (connection, token) => context.Parking.ParkAsync(connection, context.Member(execution, parked.Position.Sequence), chunk, token),
                cancellationToken);
        }
        catch (EpochStaleException e)
        {
            throw new StreamFencedException(e.Message, e);
        }
        catch (StreamException e) when (e.Reason == StreamException.NotOpen)
        {
            throw new NodeException("STREAM_ABORTED", e.Message, transient: false, e);
        }

        onParked();
    }
}
