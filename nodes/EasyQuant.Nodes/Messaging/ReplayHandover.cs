using EasyQuant.Flow;
using EasyQuant.Messaging.Chunks;
using EasyQuant.Persistence.Streams;

namespace EasyQuant.Nodes.Messaging;

/// <summary>
/// Where a replay of a group that writes a queue puts its pieces instead of the queue, whose readers may have ended: they are parked for each reader in the transaction
/// that consumes the chunk, and replayed there next. Whatever ends the replay in between, they stay among the reader's dead letters.
/// </summary>
/// <param name="context">The group.</param>
internal sealed class ReplayHandover(GroupContext context)
{
    /// <summary>Why such a chunk is parked.</summary>
    public const string Reason = "REPLAY_HANDED_ON";

    // Chunks that wait for their turn need no connection.
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Consumes a chunk and hands its pieces on.</summary>
    /// <returns>How many pieces.</returns>
    public async Task<int> WriteAsync(StreamChunk chunk, IReadOnlyList<Chunk> pieces, StreamExecution execution, CancellationToken cancellationToken)
    {
        ParkedChunk[] parked = [.. pieces.Select(piece => new ParkedChunk
        {
            MessageId = piece.Key.ToMessageId(),
            Position = new StreamPosition(piece.Shard, piece.Sequence),
            Reason = Reason,
            Detail = $"A replay of group '{context.Group.Id}' made it of a parked chunk.",
            Encoding = ChunkCodecs.NameOf(piece.Encoding),
            RowCount = piece.RowCount,
            Payload = piece.Payload,
        })];
        string queue = context.Group.OutputQueue;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await context.ConsumeAsync(
                chunk, execution, chunk.Delivery is ParkedDelivery delivery ? delivery.ByteCount : 0,
                (connection, token) => context.Parking.HandOnAsync(connection, context.StreamOf(queue), context.Plan.ConsumerGroups(queue), parked, token), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }

        foreach (Chunk piece in pieces)
        {
            piece.Buffer?.Dispose();
        }

        return pieces.Count;
    }
}
