using EasyQuant.Contracts.Data.V1;
using EasyQuant.Messaging.Chunks;
using EasyQuant.Messaging.Topics;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using ChunkEncoding = EasyQuant.Messaging.Chunks.ChunkEncoding;

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
    public void Read_AnyBody_IsReadAsTheGeneratedParserReadsIt() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2_000),
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            byte[] payload = new byte[random.Next(40)];
            random.NextBytes(payload);
            byte[] body = new DataChunk
            {
                Topic = "bars", Group = random.Next(2) == 0 ? "" : "keep", Stream = "start.数据", Shard = random.Next(300), Epoch = random.NextInt64(1L << 40),
                Sequence = random.Next(), RowCount = random.Next(2_000), Encoding = Contracts.Data.V1.ChunkEncoding.Arrow, Payload = ByteString.CopyFrom(payload),
            }.ToByteArray();
            // Fields of a later version, in every way that proto3 writes them; then, half of the time, some broken bytes.
            byte[][] later = [[0xF8, 0x07, 0x96, 0x01], [0xF9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8], [0xFA, 0x07, 2, 9, 9], [0xFD, 0x07, 1, 2, 3, 4]];
            body = random.Next(2) == 0 ? [.. body, .. later[random.Next(4)], .. later[random.Next(4)]] : [.. later[random.Next(4)], .. body];
            for (int flips = random.Next(2) == 0 ? 0 : random.Next(1, 4); flips > 0; flips--)
            {
                body[random.Next(body.Length)] ^= (byte)(1 << random.Next(8));
            }

            DataChunk? expected = null;
            try
            {
                expected = DataChunk.Parser.ParseFrom(body);
            }
            catch (InvalidProtocolBufferException)
            {
            }

            (Chunk? read, ChunkException? error, _) = ChunkWire.Read(body, "", 1_000);
            if (read is null)
            {
                // The one takes groups, names that are no text, and numbers out of range; the other does not.
                Assert.NotNull(error);
                return;
            }

            Assert.NotNull(expected);
            Assert.Equal(
                (expected.Stream, expected.Shard, expected.Epoch, expected.Sequence, expected.RowCount, (int)expected.Encoding),
                (read.Stream, read.Shard, read.Epoch, read.Sequence, read.RowCount, (int)read.Encoding));
            Assert.Equal(expected.Payload.ToByteArray(), read.Payload.ToArray());
        }));

    [Fact]
    public void Read_FieldsOfALaterVersion_AreSkipped()
    {
        byte[] body = [.. new DataChunk { Stream = "s", Shard = 7, Encoding = Contracts.Data.V1.ChunkEncoding.Json, Payload = ByteString.CopyFromUtf8("[]") }.ToByteArray(), 0xFA, 0x07, 2, 9, 9];

        Chunk read = ChunkWire.Read(body, "", 100).Chunk!;

        Assert.Equal(("s", 7, ChunkEncoding.Json), (read.Stream, read.Shard, read.Encoding));
        Assert.Equal("[]"u8.ToArray(), read.Payload.ToArray());
    }

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
