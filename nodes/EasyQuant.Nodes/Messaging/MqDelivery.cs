using System.Diagnostics;
using System.Security.Cryptography;
using EasyQuant.Flow;
using EasyQuant.Messaging.Chunks;
using EasyQuant.Messaging.Topics;
using EasyQuant.Persistence.Effects;
using EasyQuant.Persistence.Faults;
using EasyQuant.Persistence.Streams;
using Npgsql;

namespace EasyQuant.Nodes.Messaging;

/// <summary>A chunk in the hands of a lane: acknowledged, given back, or parked. Failpoints: <c>stream.ack.before</c>, <c>stream.ack.after</c>.</summary>
internal sealed class MqDelivery(
    GroupContext context, StreamExecution execution, ITopicConsumer consumer, TopicDelivery delivery, PoisonPolicy policy) : IStreamDelivery
{
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
        await EndSuspectAsync(context.Parking.ForgetTriesAsync, cancellationToken);
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
        // How often the broker has given it out tells nothing about the handler.
        if (Position is not { } position || policy.IsParked(await context.Patient.ReadAsync(
            (connection, token) => context.Parking.NoteFailureAsync(connection, Member, position, token), cancellationToken)))
        {
            StepError error = StepErrors.From(exception, null);
            await ParkAsync(error.Reason, error.Message, exception.StackTrace ?? "", cancellationToken);
            return;
        }

        await EndSuspectAsync(context.Parking.EndSuspectAsync, cancellationToken);
        End();
        await Task.Delay(s_returnDelay, execution.Services.Time, cancellationToken);
        await consumer.ReturnAsync(delivery, cancellationToken);
    }

    /// <summary>Whether the chunk may be tried: one that the broker has given up is parked; one that was held when processes ended is tried alone, a few times only, then parked.</summary>
    public async Task<bool> IsSafeAsync(CancellationToken cancellationToken)
    {
        if (policy.Decide(delivery.GivenUp is not null, false, 0, out string? reason) == PoisonAction.Park)
        {
            await ParkAsync(
                reason!, $"The broker gave the chunk up ({delivery.GivenUp}): its holders died or lost their connection again and again, and no handler has failed so often.", "", cancellationToken);
            return false;
        }

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
        if (policy.Decide(false, isSuspect, tries - 1, out reason) != PoisonAction.Park)
        {
            return true;
        }

        await ParkAsync(reason!, $"{tries - 1} processes ended while they handled this chunk.", "", cancellationToken);
        return false;
    }

    /// <summary>Parks the chunk with its reason, counts it as dead and acknowledges it.</summary>
    public async Task ParkAsync(string reason, string detail, string stack, CancellationToken cancellationToken)
    {
        var parked = new ParkedChunk
        {
            MessageId = MessageId(),
            Position = Position,
            Reason = reason,
            Detail = detail,
            StackTrace = stack,
            RedeliveryCount = delivery.RedeliveryCount,
            Encoding = delivery.Chunk is { } chunk ? ChunkCodecs.NameOf(chunk.Encoding) : "",
            RowCount = delivery.Chunk?.RowCount ?? 0,
            Payload = delivery.Chunk?.Payload ?? delivery.RawBody,
            ByteCount = delivery.Chunk?.Payload.Length ?? delivery.ByteCount,
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

    // Messages without an id are told apart by what they hold: none takes the place of another.
    private string MessageId() => delivery switch
    {
        { MessageId.Length: > 0 } => delivery.MessageId,
        { Key: { } key } => key.ToMessageId(),
        _ => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(delivery.RawBody.Span))}",
    };

    private StreamPosition? Position => delivery.Key is { } key ? new StreamPosition(key.Shard, key.Sequence) : null;

    private StreamMember Member => context.Member(execution, delivery.Key?.Sequence ?? 0);

    private async Task EndSuspectAsync(Func<NpgsqlConnection, StreamMember, StreamPosition, CancellationToken, Task> end, CancellationToken cancellationToken)
    {
        if (_isSuspect && Position is { } position)
        {
            await context.Patient.ReadAsync(
                async (connection, token) =>
                {
                    await end(connection, Member, position, token);
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
