using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Messaging.Chunks;

namespace EasyQuant.Nodes.Messaging;

/// <summary>Cuts the chunks of a group into pieces that its output queue takes, the same pieces for the same chunk.</summary>
/// <param name="context">The group; it writes a queue.</param>
/// <param name="rowsMax">Most rows of a piece; 0 for the queue's bound.</param>
internal sealed class ChunkCutter(GroupContext context, int rowsMax)
{
    private readonly GroupTopic _topic = context.Definition.Topic(context.Group.OutputQueue);

    private ChunkLimits Limits => new() { RowsMax = rowsMax > 0 ? Math.Min(rowsMax, _topic.ChunkRowsMax) : _topic.ChunkRowsMax, BytesMax = _topic.ChunkBytesMax };

    /// <summary>The output queue's producer that a chunk belongs to.</summary>
    public int ShardOf(StreamChunk chunk) => context.IsSource ? context.Plan.FirstProducer(context.Group.Id) + chunk.Shard : chunk.Shard;

    /// <summary>Pieces of a chunk.</summary>
    /// <exception cref="NodeException"><c>CHUNK_TOO_LARGE</c>.</exception>
    public int Count(StreamChunk chunk)
    {
        try
        {
            return Cut(chunk).Count();
        }
        catch (ChunkException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }
    }

    /// <summary>Encodes all pieces before the first one is sent: of a chunk that does not fit nobody may see a part, since none of it would be counted.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="epoch">Epoch of the shard's lease; 0 without one.</param>
    /// <returns>The pieces in order; whoever sends one gives its buffer back.</returns>
    /// <exception cref="NodeException"><c>CHUNK_TOO_LARGE</c>.</exception>
    public IReadOnlyList<Chunk> Encode(StreamChunk chunk, long epoch)
    {
        ChunkEncoding encoding = ChunkCodecs.Get(_topic.Serializer).Encoding;
        ChunkLimits limits = Limits with { BytesMax = GroupLimits.ChunkBytesMax };
        var chunks = new List<Chunk>(1);
        try
        {
            foreach (Table piece in Cut(chunk))
            {
                ChunkBuffer buffer = ChunkCodecs.EncodePooled(encoding, piece, limits);
                chunks.Add(new Chunk
                {
                    Stream = context.StreamOf(context.Group.OutputQueue),
                    Shard = ShardOf(chunk),
                    Epoch = epoch,
                    Sequence = ChunkSplitter.PieceSequence(chunk.Sequence, chunks.Count),
                    RowCount = piece.RowCount,
                    Encoding = encoding,
                    Payload = buffer.Payload,
                    Buffer = buffer,
                });
            }

            return chunks;
        }
        catch (ChunkException e)
        {
            foreach (Chunk one in chunks)
            {
                one.Buffer?.Dispose();
            }

            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }
    }

    // Text takes more room than columns; what then still is too large fails with its reason.
    private IEnumerable<Table> Cut(StreamChunk chunk) =>
        ChunkSplitter.Split(chunk.Table, _topic.Serializer is "json" or "msgpack" ? Limits with { BytesMax = Math.Max(1_024, Limits.BytesMax / 4) } : Limits);
}
