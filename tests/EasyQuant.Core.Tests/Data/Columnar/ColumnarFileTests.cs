using EasyQuant.Core.Tests.Data.Import;
using EasyQuant.Core.Tests.Data.Panels;
using EasyQuant.Data;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Core.Tests.Data.Columnar;

public sealed class ColumnarFileTests
{
    [Fact]
    public void Arrow_RandomTables_ComeBackFromFileAndStream() =>
        Prop.ForAll<int>(seed =>
        {
            Table table = RandomTables.Make(seed);
            return ArrowFile.Read(Arrow(table)).ContentEquals(table) && ArrowFile.Read(Stream(table)).ContentEquals(table);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Parquet_RandomTables_ComeBackWithAndWithoutGzip() =>
        Prop.ForAll<int>(seed =>
        {
            Table table = Narrow(RandomTables.Make(seed));
            return ParquetFile.Read(Parquet(table, ParquetCodec.None)).ContentEquals(table) && ParquetFile.Read(Parquet(table, ParquetCodec.Gzip)).ContentEquals(table);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Read_AnyByteChangedOrCut_IsReadOrNamedNeverElse() =>
        Prop.ForAll<int>(seed =>
        {
            var random = new Random(seed);
            Table table = Narrow(RandomTables.Make(seed, rowCountMax: 20));
            foreach ((byte[] file, Func<ReadOnlyMemory<byte>, Table> read) in new (byte[], Func<ReadOnlyMemory<byte>, Table>)[]
                { (Arrow(table), ArrowFile.Read), (Parquet(table, ParquetCodec.None), ParquetFile.Read), (Parquet(table, ParquetCodec.Gzip), ParquetFile.Read) })
            {
                for (int i = 0; i < 20; i++)
                {
                    byte[] broken = [.. file];
                    broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
                    TryRead(read, random.Next(4) == 0 ? broken[..random.Next(broken.Length)] : broken);
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Write_EmptyTable_ComesBackWithItsColumns()
    {
        Table table = new TableBuilder(BarTable.Schema).Build();
        Assert.True(ArrowFile.Read(Arrow(table)).ContentEquals(table));
        Assert.True(ParquetFile.Read(Parquet(table, ParquetCodec.Gzip)).ContentEquals(table));
    }

    [Fact]
    public void Parquet_DecimalOf19Digits_IsRefusedByName()
    {
        var table = new Table([DecimalColumn.Create("price", 4, new[] { long.MaxValue })]);
        Assert.Contains("`price`", Assert.Throws<ArgumentException>(() => Parquet(table, ParquetCodec.None)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bars.arrow")]
    [InlineData("bars.feather")]
    [InlineData("bars.parquet")]
    public void Import_WrittenBars_AreTheSameBars(string name)
    {
        Table bars = PanelBars.Daily(7, 0, 20);
        byte[] file = name.EndsWith("parquet", StringComparison.Ordinal) ? Parquet(bars, ParquetCodec.Gzip) : Arrow(bars);
        ImportResult result = BarImport.Read(name, new MemoryFiles().Add(name, file), new ImportOptions());
        Assert.True(result.Table.ContentEquals(bars));
        Table minutes = PanelBars.Minutes(7, 3);
        file = name.EndsWith("parquet", StringComparison.Ordinal) ? Parquet(minutes, ParquetCodec.None) : Arrow(minutes);
        Table read = BarImport.Read(name, new MemoryFiles().Add(name, file), new ImportOptions()).Table;
        Assert.True(read.ContentEquals(minutes.Select([.. read.Columns.Select(c => c.Name)])));
    }

    [Fact]
    public void Lz4_FrameByHand_IsDecoded()
    {
        // "abcabcabcabcXYZ": three literals, a match of nine, three literals; then a block that is not compressed.
        byte[] block = [0x35, (byte)'a', (byte)'b', (byte)'c', 3, 0, 0x30, (byte)'X', (byte)'Y', (byte)'Z'];
        byte[] frame = [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82, (byte)block.Length, 0, 0, 0, .. block, 2, 0, 0, 0x80, (byte)'!', (byte)'?', 0, 0, 0, 0];
        Assert.Equal("abcabcabcabcXYZ!?"u8.ToArray(), Lz4Frame(frame, 17));
        Assert.Throws<ImportException>(() => Lz4Frame(frame, 16));
        block[4] = 9;
        Assert.Throws<ImportException>(() => Lz4Frame([.. frame[..11], .. block, 0, 0, 0, 0], 15));
    }

    private static byte[] Lz4Frame(byte[] frame, int length) => Lz4.DecodeFrame(frame, length);

    private static void TryRead(Func<ReadOnlyMemory<byte>, Table> read, byte[] file)
    {
        try
        {
            read(file);
        }
        catch (ImportException)
        {
        }
    }

    private static Table Narrow(Table table) => new([.. table.Columns.Select(c => c is DecimalColumn d
        ? DecimalColumn.Create(d.Name, d.Scale, d.Units.ToArray().Select(u => u % 1_000_000_000_000_000_000).ToArray(), d.Validity)
        : c)]);

    private static byte[] Arrow(Table table)
    {
        using var stream = new MemoryStream();
        ArrowFile.Write(table, stream, CancellationToken.None);
        return stream.ToArray();
    }

    private static byte[] Stream(Table table)
    {
        using var stream = new MemoryStream();
        ArrowFile.WriteStream(table, stream, CancellationToken.None);
        return stream.ToArray();
    }

    private static byte[] Parquet(Table table, ParquetCodec codec)
    {
        using var stream = new MemoryStream();
        ParquetFile.Write(table, codec, stream, CancellationToken.None);
        return stream.ToArray();
    }
}
