using EasyQuant.Data;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Core.Tests.Data.Columnar;

public sealed class TablePartsTests
{
    [Fact]
    public void Read_RandomTables_PartsAreTheTableInOrder() =>
        Prop.ForAll<int>(seed =>
        {
            Table table = RandomTables.Make(seed, rowCountMax: 60);
            Table narrow = new([.. table.Columns.Where(column => column.Type != ColumnType.Decimal)]);
            int partRows = 1 + ((seed & int.MaxValue) % 25);
            return Joined(Arrow(table, partRows, isFile: true), partRows).ContentEquals(table)
                && Joined(Arrow(table, partRows, isFile: false), partRows).ContentEquals(table)
                && (narrow.Columns.Count == 0 || Joined(Parquet(narrow, partRows), partRows).ContentEquals(narrow));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Read_AnyByteChangedOrCut_IsReadOrNamedNeverElse() =>
        Prop.ForAll<int>(seed =>
        {
            var random = new Random(seed);
            Table table = RandomTables.Make(seed, rowCountMax: 20);
            foreach (byte[] file in new[] { Arrow(table, 7, isFile: true), Arrow(table, 7, isFile: false), Parquet(new Table([Int64Column.Create("n", new long[20])]), 7) })
            {
                for (int i = 0; i < 20; i++)
                {
                    byte[] broken = [.. file];
                    broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
                    TryRead(random.Next(4) == 0 ? broken[..random.Next(broken.Length)] : broken);
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Read_OnePartTaken_TheRestIsNotRead()
    {
        var table = new Table([Int64Column.Create("n", Enumerable.Range(0, 100_000).Select(i => (long)i).ToArray())]);
        foreach (byte[] file in new[] { Arrow(table, 1_000, isFile: true), Parquet(table, 1_000) })
        {
            using var stream = new CountingStream(file);
            Assert.Equal(1_000, TableParts.Read(stream).First().RowCount);
            Assert.InRange(stream.BytesRead, 1, file.Length / 5);
        }
    }

    private static Table Joined(byte[] file, int partRows)
    {
        using var stream = new MemoryStream(file);
        Table[] parts = [.. TableParts.Read(stream)];
        Assert.All(parts, part => Assert.InRange(part.RowCount, 0, partRows));
        return Table.Concat(parts);
    }

    private static void TryRead(byte[] file)
    {
        try
        {
            using var stream = new MemoryStream(file);
            _ = TableParts.Read(stream).Sum(part => part.RowCount);
        }
        catch (ImportException)
        {
            // Named.
        }
    }

    private static byte[] Arrow(Table table, int batchRows, bool isFile)
    {
        using var stream = new MemoryStream();
        var writer = new ArrowWriter(stream, batchRows);
        if (isFile)
        {
            writer.WriteFile(table, CancellationToken.None);
        }
        else
        {
            writer.WriteStream(table, CancellationToken.None);
        }

        return stream.ToArray();
    }

    private static byte[] Parquet(Table table, int groupRows)
    {
        using var stream = new MemoryStream();
        new ParquetWriter(stream, ParquetCodec.None, groupRows).Write(table, CancellationToken.None);
        return stream.ToArray();
    }

    private sealed class CountingStream(byte[] file) : MemoryStream(file)
    {
        public long BytesRead { get; private set; }

        public override int Read(Span<byte> buffer) => Count(base.Read(buffer));

        public override int Read(byte[] buffer, int offset, int count) => Count(base.Read(buffer, offset, count));

        private int Count(int read)
        {
            BytesRead += read;
            return read;
        }
    }
}
