using EasyQuant.Messaging.Chunks;
using EasyQuant.Messaging.Topics;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Platform.Tests.Messaging.Chunks;

public sealed class ChunkWireTests
{
    [Fact]
    public void Write_AnyChunk_IsReadBackAndTheSameBytesWithoutACopy() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200),
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            byte[] payload = new byte[random.Next(4) == 0 ? 0 : 1 << random.Next(20)];
            random.NextBytes(payload);
            using ChunkBuffer buffer = Buffer(payload, random.Next(2) == 0 ? 0 : payload.Length);
            // Long names do not fit into the room before the payload.
            string topic = new('t', random.Next(1, 450));
            Chunk plain = new()
            {
                Stream = new string('s', random.Next(1, 450)), Shard = random.Next(1_000), Epoch = random.NextInt64(long.MaxValue), Sequence = random.NextInt64(long.MaxValue),
                RowCount = random.Next(), Encoding = (ChunkEncoding)random.Next(1, 5), Payload = payload,
            };
            Chunk pooled = plain with { Payload = buffer.Payload, Buffer = buffer };

            byte[] body = ChunkWire.Write(topic, plain).ToArray();
            byte[] first = ChunkWire.Write(topic, pooled).ToArray();
            byte[] again = ChunkWire.Write(topic, pooled).ToArray();
            Chunk read = ChunkWire.Read(first, "", payload.Length).Chunk!;

            Assert.Equal(body, first);
            Assert.Equal(body, again);
            Assert.Equal(payload, read.Payload.ToArray());
            Assert.Equal(plain, read with { Payload = plain.Payload });
        }));

    [Fact]
    public void Write_AChunkInABufferWithShortNames_SharesItsMemory()
    {
        using ChunkBuffer buffer = Buffer([1, 2, 3], 3);
        ReadOnlyMemory<byte> body = ChunkWire.Write("t", new Chunk
        {
            Stream = "s", Shard = 1, Epoch = 2, Sequence = 3, RowCount = 4, Encoding = ChunkEncoding.Json, Payload = buffer.Payload, Buffer = buffer,
        });

        Assert.True(body.Span.Overlaps(buffer.Payload.Span));
    }

    [Fact]
    public void Buffer_DisposedTwice_IsEmptyAndCanBeWritten()
    {
        ChunkBuffer buffer = Buffer([1, 2, 3], 3);
        buffer.Dispose();
        buffer.Dispose();

        Assert.Equal(0, buffer.PayloadLength);
        buffer.GetSpan(1)[0] = 7;
        buffer.Advance(1);
        Assert.Equal(new byte[] { 7 }, buffer.Payload.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(int.MaxValue));
        buffer.Dispose();
    }

    private static ChunkBuffer Buffer(ReadOnlySpan<byte> payload, int expected)
    {
        var buffer = new ChunkBuffer(expected);
        System.Buffers.BuffersExtensions.Write(buffer, payload);
        return buffer;
    }
}
