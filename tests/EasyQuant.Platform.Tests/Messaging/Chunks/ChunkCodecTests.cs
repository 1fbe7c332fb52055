using System.Text;
using EasyQuant.Data;
using EasyQuant.Messaging.Chunks;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Platform.Tests.Messaging.Chunks;

public sealed class ChunkCodecTests
{
    public static TheoryData<string> Serializers => [.. ChunkCodecs.Names];

    [Theory]
    [MemberData(nameof(Serializers))]
    public void Encode_AnyTable_IsReadBackEqual(string serializer) => ForSeeds(120, seed =>
    {
        Table table = Make(seed);
        return ChunkCodecs.Decode(ChunkOf(serializer, table), ChunkLimits.Default).ContentEquals(table);
    });

    [Theory]
    [MemberData(nameof(Serializers))]
    public void Encode_ASliceOfATable_IsReadBackEqual(string serializer) => ForSeeds(40, seed =>
    {
        Table table = Make(seed);
        Table slice = table.Slice(table.RowCount / 3, table.RowCount - (table.RowCount / 3));
        return ChunkCodecs.Decode(ChunkOf(serializer, slice), ChunkLimits.Default).ContentEquals(slice);
    });

    [Theory]
    [MemberData(nameof(Serializers))]
    public void EncodePooled_AnyTable_IsTheBytesOfEncode(string serializer) => ForSeeds(80, seed =>
    {
        Table table = Make(seed);
        ChunkEncoding encoding = ChunkCodecs.Get(serializer).Encoding;
        // Given back, so that the next one finds memory that holds other bytes.
        using ChunkBuffer buffer = ChunkCodecs.EncodePooled(encoding, table, ChunkLimits.Default);
        return buffer.Payload.Span.SequenceEqual(ChunkCodecs.Encode(encoding, table, ChunkLimits.Default).Span);
    });

    [Theory]
    [MemberData(nameof(Serializers))]
    public void Decode_TruncatedOrFlippedBytes_IsATableOrANamedError(string serializer) => ForSeeds(150, seed =>
    {
        var random = new Random(seed);
        Chunk chunk = ChunkOf(serializer, Make(seed));
        byte[] bytes = chunk.Payload.ToArray();
        int length = random.Next(2) == 0 ? random.Next(bytes.Length) : bytes.Length;
        for (int flips = random.Next(1, 6); flips > 0 && length > 0; flips--)
        {
            bytes[random.Next(length)] ^= (byte)(1 << random.Next(8));
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            ChunkCodecs.Decode(chunk with { Payload = bytes.AsMemory(0, length) }, ChunkLimits.Default);
        }
        catch (ChunkException exception)
        {
            Assert.True(exception.Reason is ChunkException.Corrupt or ChunkException.TooLarge, exception.Reason);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before < 20_000_000;
    });

    [Theory]
    [InlineData("msgpack", new byte[] { 0x82, 0xA7, 0x63, 0x6F, 0x6C, 0x75, 0x6D, 0x6E, 0x73, 0xDD, 0x7F, 0xFF, 0xFF, 0xFF })]
    [InlineData("protobuf", new byte[] { 0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0x07 })]
    [InlineData("json", new byte[] { 0x7B, 0x7D })]
    [InlineData("arrow", new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F })]
    public void Decode_HugeClaimsInFewBytes_IsANamedErrorWithLittleMemory(string serializer, byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        ChunkException exception = Assert.Throws<ChunkException>(() => ChunkCodecs.Get(serializer).Decode(bytes, ChunkLimits.Default));
        Assert.True(exception.Reason is ChunkException.Corrupt or ChunkException.TooLarge);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Theory]
    [MemberData(nameof(Serializers))]
    public void Decode_MoreThanTheLimits_IsRefusedByName(string serializer)
    {
        Table table = new([Int64Column.Create("n", Enumerable.Range(0, 500).Select(i => (long)i).ToArray())]);
        Chunk chunk = ChunkOf(serializer, table);
        ChunkException rows = Assert.Throws<ChunkException>(() => ChunkCodecs.Decode(chunk, ChunkLimits.Default with { RowsMax = 100 }));
        ChunkException bytes = Assert.Throws<ChunkException>(() => ChunkCodecs.Encode(chunk.Encoding, table, ChunkLimits.Default with { BytesMax = 64 }));
        ChunkException pooled = Assert.Throws<ChunkException>(() => ChunkCodecs.EncodePooled(chunk.Encoding, table, ChunkLimits.Default with { BytesMax = 64 }));
        Assert.Equal(bytes.Message, pooled.Message);
        ChunkException lie = Assert.Throws<ChunkException>(() => ChunkCodecs.Decode(chunk with { RowCount = 3 }, ChunkLimits.Default));
        Assert.Equal((ChunkException.TooLarge, ChunkException.TooLarge, ChunkException.Corrupt), (rows.Reason, bytes.Reason, lie.Reason));
    }

    [Fact]
    public void Json_Infinity_IsReadBack()
    {
        Table table = new([Float64Column.Create("x", new[] { double.PositiveInfinity, double.NegativeInfinity, double.NaN, -0.0 })]);
        Chunk chunk = ChunkOf("json", table);
        Assert.Contains("\"-Infinity\"", Encoding.UTF8.GetString(chunk.Payload.Span), StringComparison.Ordinal);
        Assert.True(ChunkCodecs.Decode(chunk, ChunkLimits.Default).ContentEquals(table));
    }

    [Fact]
    public void Json_InstantBeyondTheYears_IsANamedError()
    {
        Table table = new([TimestampColumn.Create("t", new[] { long.MaxValue })]);
        ChunkException exception = Assert.Throws<ChunkException>(() => ChunkCodecs.Encode(ChunkEncoding.Json, table, ChunkLimits.Default));
        Assert.Equal(ChunkException.ValueUnwritable, exception.Reason);
        Assert.Contains("`t`, row 0", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Get_UnknownSerializer_NamesTheKnown()
    {
        ChunkException exception = Assert.Throws<ChunkException>(() => ChunkCodecs.Get("pickle"));
        Assert.Equal(ChunkException.EncodingUnknown, exception.Reason);
        Assert.Contains("protobuf, json, msgpack, arrow", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Split_AnyTable_KeepsOrderAndBounds() => ForSeeds(60, seed =>
    {
        Table table = Make(seed);
        ChunkLimits limits = ChunkLimits.Default with { RowsMax = 17, BytesMax = 1024 };
        Table[] pieces = [.. ChunkSplitter.Split(table, limits)];
        return pieces.All(p => p.RowCount <= 17 && p.EstimatedBytes <= 1024)
            && (table.RowCount == 0 || Table.Concat(pieces).ContentEquals(table))
            && pieces.Select(p => p.RowCount).SequenceEqual(ChunkSplitter.Split(table, limits).Select(p => p.RowCount));
    });

    [Fact]
    public void Split_ARowTooLarge_IsNamed()
    {
        Table table = new([StringColumn.Create("s", ["a", new string('x', 5000)])]);
        ChunkException exception = Assert.Throws<ChunkException>(() => ChunkSplitter.Split(table, ChunkLimits.Default with { BytesMax = 1024 }).ToArray());
        Assert.Contains("Row 1", exception.Message, StringComparison.Ordinal);
    }

    private static void ForSeeds(int count, Func<int, bool> holds) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(count), Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), holds));

    private static Chunk ChunkOf(string serializer, Table table) => new()
    {
        Stream = "s",
        Shard = 0,
        Epoch = 1,
        Sequence = 0,
        RowCount = table.RowCount,
        Encoding = ChunkCodecs.Get(serializer).Encoding,
        Payload = ChunkCodecs.Encode(ChunkCodecs.Get(serializer).Encoding, table, ChunkLimits.Default),
    };

    private static Table Make(int seed)
    {
        var random = new Random(seed);
        int rowCount = random.Next(0, 80);
        ColumnSchema[] schema = [.. Enumerable.Range(0, random.Next(1, 9)).Select(c =>
        {
            var type = (ColumnType)random.Next(1, 8);
            return new ColumnSchema($"列{c}", type, type == ColumnType.Decimal ? random.Next(0, 19) : 0);
        })];
        var builder = new TableBuilder(schema);
        for (int c = 0; c < schema.Length; c++)
        {
            int nullsOfTen = random.Next(0, 4);
            for (int row = 0; row < rowCount; row++)
            {
                Append(builder[c], random, random.Next(10) < nullsOfTen);
            }
        }

        return builder.Build();
    }

    private static void Append(ColumnBuilder builder, Random random, bool isNull)
    {
        if (isNull)
        {
            builder.AppendNull();
            return;
        }

        switch (builder.Schema.Type)
        {
            case ColumnType.Float64: builder.Append((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-300, 300))); break;
            case ColumnType.Bool: builder.Append(random.Next(2) == 0); break;
            case ColumnType.Date: builder.AppendRaw(random.Next(EpochDays.Min, EpochDays.Max + 1)); break;
            case ColumnType.Timestamp: builder.AppendRaw(random.NextInt64(-62_135_596_800_000_000, 253_402_300_799_999_999)); break;
            case ColumnType.String: builder.Append(string.Concat(Enumerable.Repeat("aß中😀\"=,\n\0", random.Next(4)))); break;
            default: builder.AppendRaw(random.Next(3) == 0 ? random.Next(-200, 200) : random.NextInt64(long.MinValue, long.MaxValue)); break;
        }
    }
}
