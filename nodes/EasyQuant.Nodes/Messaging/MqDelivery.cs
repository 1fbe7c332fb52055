using System.Diagnostics;
using EasyQuant.Flow;
using EasyQuant.Messaging.Chunks;
using EasyQuant.Messaging.Topics;
using EasyQuant.Persistence.Effects;
using EasyQuant.Persistence.Faults;
using EasyQuant.Persistence.Streams;

namespace EasyQuant.Nodes.Messaging;

/// <summary>A chunk in the hands of a lane: acknowledged, given back, or parked. Failpoints: <c>stream.ack.before</c>, <c>stream.ack.after</c>.</summary>
internal sealed class MqDelivery(
    GroupContext context, StreamExecution execution, ITopicConsumer consumer, TopicDelivery delivery, int deliveriesMax) : IStreamDelivery
{
    /// <summary>Tries that ended with their process after which a chunk is held to be the cause.</summary>
    private const int KillsMax = 2;

    private static readonly TimeSpan s_returnDelay = TimeSpan.FromMilliseconds(200);

    private bool _isSuspect;
    private IDisposable? _pass;

    /// <summary>Whether the chunk is out of the lane's hands.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Bytes of the message.</summary>
    public int ByteCount => delivery.ByteCount;

    public Activity? StartSpan() => delivery.StartProcess(context.Transport.Kind, consumer)?.SetTag("easyquant.run_id", execution.Run.RunId);

    public async ValueTask AcknowledgeAsync(CancellationToken cancellationToken)
    {
        await EndSuspectAsync(cancellationToken);
        End();
        await AckAsync(cancellationToken);
    }

    /// <summary>Lets other chunks be tried; harmless when that was done.</summary>
    public void End()
    {
        HasEnded = true;
        _pass?.Dispose();
    }

    public async ValueTask FailAsync(Exception exception, CancellationToken cancellationToken)
    {
        if (delivery.RedeliveryCount + 1 >= deliveriesMax)
        {
            StepError error = StepErrors.From(exception, null);
            await ParkAsync(error.Reason, error.Message, exception.StackTrace ?? "", cancellationToken);
            return;
        }

        await EndSuspectAsync(cancellationToken);
        End();
        await Task.Delay(s_returnDelay, execution.Services.Time, cancellationToken);
        await consumer.ReturnAsync(delivery, cancellationToken);
    }

    /// <summary>Whether the chunk may be tried: one that was held when processes ended is tried alone, a few times only, then parked.</summary>
    public async Task<bool> IsSafeAsync(CancellationToken cancellationToken)
    {
        if (Position is not { } position)
        {
            return true;
        }

        bool isSuspect = delivery.RedeliveryCount > 0 || context.IsSuspect(position);
        _pass = await context.Gate.EnterAsync(isSuspect, cancellationToken);
        if (!isSuspect)
        {
            return true;
        }

        _isSuspect = true;
        int tries = await context.Patient.ReadAsync(
            (connection, token) => context.Parking.BeginSuspectAsync(connection, Member, position, token), cancellationToken);
        if (tries <= KillsMax)
        {
            return true;
        }

        await ParkAsync("CHUNK_ENDS_PROCESSES", $"{tries - 1} processes ended while they handled this chunk.", "", cancellationToken);
        return false;
    }

    /// <summary>Parks the chunk with its reason, counts it as dead and acknowledges it.</summary>
    public async Task ParkAsync(string reason, string detail, string stack, CancellationToken cancellationToken)
    {
        var parked = new ParkedChunk
        {
            MessageId = delivery.MessageId,
            Position = Position,
            Reason = reason,
            Detail = detail,
            StackTrace = stack,
            RedeliveryCount = delivery.RedeliveryCount,
            Encoding = delivery.Chunk is { } chunk ? ChunkCodecs.NameOf(chunk.Encoding) : "",
            RowCount = delivery.Chunk?.RowCount ?? 0,
            Payload = delivery.Chunk?.Payload ?? delivery.RawBody,
            IsChunk = delivery.Chunk is not null,
        };
        try
        {
            await context.Patient.RunAsync("groups.park", (connection, token) => context.Parking.ParkAsync(connection, Member, parked, token), cancellationToken);
        }
        catch (EpochStaleException e)
        {
            throw new StreamFencedException(e.Message, e);
        }
        catch (StreamException e) when (e.Reason == StreamException.NotOpen)
        {
            throw new NodeException("STREAM_ABORTED", e.Message, transient: false, e);
        }

        End();
        await AckAsync(cancellationToken);
    }

    private StreamPosition? Position => delivery.Key is { } key ? new StreamPosition(key.Shard, key.Sequence) : null;

    private StreamMember Member => context.Member(execution, delivery.Key?.Sequence ?? 0);

    private async Task EndSuspectAsync(CancellationToken cancellationToken)
    {
        if (_isSuspect && Position is { } position)
        {
            await context.Patient.ReadAsync(
                async (connection, token) =>
                {
                    await context.Parking.EndSuspectAsync(connection, Member, position, token);
                    return true;
                },
                cancellationToken);
        }
    }

    private async Task AckAsync(CancellationToken cancellationToken)
    {
        Failpoints.Hit("stream.ack.before");
        try
        {
            await consumer.AckAsync(delivery, cancellationToken);
            Failpoints.Hit("stream.ack.after");
        }
        catch (ObjectDisposedException)
        {
            // The lane has left; the chunk comes again and is known by its key.
        }
    }
}
