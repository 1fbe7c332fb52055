using System.Text;
using EasyQuant.Contracts.Data.V1;
using EasyQuant.Messaging.Chunks;
using Google.Protobuf;
using ChunkEncoding = EasyQuant.Messaging.Chunks.ChunkEncoding;

namespace EasyQuant.Messaging.Topics;

/// <summary>The chunk as the message <c>DataChunk</c>, the one body of every broker.</summary>
internal static class ChunkWire
{
    public const string TypeName = "easyquant.data.v1.DataChunk";
    public const string ContentType = "application/x-protobuf";
    // What stands around the payload takes less.
    private const int AroundBytesMax = 1024;

    /// <summary>
    /// Writes the body. The payload is its last field, so what is written around it stands before it: in the room that a <see cref="ChunkBuffer"/> has, without
    /// a copy, or else in memory of its own.
    /// </summary>
    public static ReadOnlyMemory<byte> Write(string topic, Chunk chunk)
    {
        var fields = new DataChunk
        {
            Topic = topic,
            Stream = chunk.Stream,
            Shard = chunk.Shard,
            Epoch = chunk.Epoch,
            Sequence = chunk.Sequence,
            RowCount = chunk.RowCount,
            Encoding = (Contracts.Data.V1.ChunkEncoding)chunk.Encoding,
        };
        int fieldsLength = fields.CalculateSize();
        int length = fieldsLength + 1 + CodedOutputStream.ComputeLengthSize(chunk.Payload.Length);
        if (chunk.Buffer is null || !chunk.Buffer.TryPrepend(length, out Memory<byte> message))
        {
            message = new byte[length + chunk.Payload.Length];
            chunk.Payload.CopyTo(message[length..]);
        }

        fields.WriteTo(message.Span[..fieldsLength]);
        WritePayloadHead(message.Span[fieldsLength..length], chunk.Payload.Length);
        return message;
    }

    private static void WritePayloadHead(Span<byte> target, int payloadLength)
    {
        target[0] = (DataChunk.PayloadFieldNumber << 3) | (int)WireFormat.WireType.LengthDelimited;
        uint rest = (uint)payloadLength;
        for (int i = 1; i < target.Length; i++, rest >>= 7)
        {
            target[i] = (byte)(rest > 0x7F ? rest | 0x80 : rest);
        }
    }

    /// <summary>Reads a body. What is no chunk, or too large, is delivered with the error instead, to be parked.</summary>
    public static (Chunk? Chunk, ChunkException? Error, ReadOnlyMemory<byte> Raw) Read(ReadOnlySpan<byte> body, string version, int payloadBytesMax)
    {
        try
        {
            if (!MessageSchema.IsKnown(version))
            {
                throw new ChunkException(
                    ChunkException.SchemaUnknown, $"The message has schema version '{version}', this program reads {MessageSchema.Version}; send it again once all processes are of one version.");
            }

            if (body.Length > (long)payloadBytesMax + AroundBytesMax)
            {
                throw new ChunkException(ChunkException.TooLarge, $"A chunk holds at most {payloadBytesMax} bytes, the message has {body.Length}.");
            }

            return (Read(body), null, default);
        }
        catch (Exception exception) when (exception is InvalidDataException or DecoderFallbackException)
        {
            return (null, new ChunkException(ChunkException.Corrupt, $"The message is no DataChunk: {exception.Message}"), Raw(body, payloadBytesMax));
        }
        catch (ChunkException exception)
        {
            return (null, exception, Raw(body, payloadBytesMax));
        }
    }

    // As the generated parser reads it, but with one copy of the payload into memory that nobody has cleared before.
    private static Chunk Read(ReadOnlySpan<byte> body)
    {
        var message = new DataChunk();
        byte[] payload = [];
        var fields = new FieldReader(body);
        while (fields.Next())
        {
            if (fields.IsBytes(DataChunk.PayloadFieldNumber))
            {
                payload = GC.AllocateUninitializedArray<byte>(fields.Bytes.Length);
                fields.Bytes.CopyTo(payload);
            }
            else if (fields.IsBytes(DataChunk.StreamFieldNumber))
            {
                message.Stream = FieldReader.Utf8.GetString(fields.Bytes);
            }
            else if (fields.IsBytes(DataChunk.TopicFieldNumber) || fields.IsBytes(DataChunk.GroupFieldNumber))
            {
                _ = FieldReader.Utf8.GetCharCount(fields.Bytes);
            }
            else if (fields.IsNumber(DataChunk.ShardFieldNumber))
            {
                message.Shard = (int)fields.Number;
            }
            else if (fields.IsNumber(DataChunk.EpochFieldNumber))
            {
                message.Epoch = fields.Number;
            }
            else if (fields.IsNumber(DataChunk.SequenceFieldNumber))
            {
                message.Sequence = fields.Number;
            }
            else if (fields.IsNumber(DataChunk.RowCountFieldNumber))
            {
                message.RowCount = (int)fields.Number;
            }
            else if (fields.IsNumber(DataChunk.EncodingFieldNumber))
            {
                message.Encoding = (Contracts.Data.V1.ChunkEncoding)fields.Number;
            }
        }

        return Checked(message, payload);
    }

    private static Chunk Checked(DataChunk message, byte[] payload)
    {
        if (message.Stream.Length == 0 || message.Shard < 0 || message.Sequence < 0 || message.RowCount < 0 || message.Epoch < 0)
        {
            throw new ChunkException(
                ChunkException.Corrupt,
                $"A DataChunk needs a stream, and shard, epoch, sequence and row_count of 0 or more; came '{message.Stream}', {message.Shard}, {message.Epoch}, {message.Sequence} and {message.RowCount}.");
        }

        if (!Enum.IsDefined((ChunkEncoding)message.Encoding))
        {
            throw new ChunkException(ChunkException.EncodingUnknown, $"Chunk encoding {(int)message.Encoding} is unknown; known are {string.Join(", ", ChunkCodecs.Names)}.");
        }

        return new Chunk
        {
            Stream = message.Stream,
            Shard = message.Shard,
            Epoch = message.Epoch,
            Sequence = message.Sequence,
            RowCount = message.RowCount,
            Encoding = (ChunkEncoding)message.Encoding,
            Payload = payload,
        };
    }

    private static ReadOnlyMemory<byte> Raw(ReadOnlySpan<byte> body, int payloadBytesMax) =>
        body[..(int)Math.Min((long)payloadBytesMax + AroundBytesMax, body.Length)].ToArray();
}
