using EasyQuant.Data;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Core.Tests.Data;

public sealed class TableFileTests
{
    [Fact]
    public void File_WriteRead_GivesEqualTable() => Prop.ForAll<int>(seed =>
    {
        Table table = RandomTables.Make(seed);
        byte[] bytes = TableFile.ToBytes(table);

        return TableFile.Read(bytes.AsMemory()).ContentEquals(table) && TableFile.Read(new MemoryStream(bytes)).ContentEquals(table);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void File_EqualTablesOfDifferentOrigin_EqualBytes() => Prop.ForAll<int>(seed =>
    {
        Table table = RandomTables.Make(seed);
        int half = table.RowCount / 2;
        Table joined = Table.Concat([table, table]).Slice(half, table.RowCount);
        int[] rows = [.. Enumerable.Range(half, table.RowCount - half), .. Enumerable.Range(0, half)];

        return TableFile.ToBytes(joined).AsSpan().SequenceEqual(TableFile.ToBytes(table.Take(rows)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void File_AnyTruncation_NamesTheLengths() => Prop.ForAll<int, int>((seed, cut) =>
    {
        byte[] bytes = TableFile.ToBytes(RandomTables.Make(seed, 20));
        byte[] shorter = bytes[..(int)((uint)cut % bytes.Length)];

        string message = Assert.Throws<TableFileException>(() => TableFile.Read(new MemoryStream(shorter))).Message;
        Assert.Contains(shorter.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), message, StringComparison.Ordinal);
        Assert.Throws<TableFileException>(() => TableFile.Read(shorter.AsMemory()));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void File_AnyFlippedBit_Refused() => Prop.ForAll<int, int>((seed, bit) =>
    {
        byte[] bytes = TableFile.ToBytes(RandomTables.Make(seed, 20));
        uint at = (uint)bit % ((uint)bytes.Length * 8);
        bytes[at / 8] ^= (byte)(1 << (int)(at % 8));

        Assert.Throws<TableFileException>(() => TableFile.Read(bytes.AsMemory()));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void File_NewerVersion_SaysWhatToDo()
    {
        byte[] bytes = TableFile.ToBytes(Table.Empty);
        bytes[8] = 2;

        TableFileException error = Assert.Throws<TableFileException>(() => TableFile.Read(bytes.AsMemory()));

        Assert.Equal("The table file has version 2; this program reads up to 1. Use a newer program.", error.Message);
    }

    [Fact]
    public void File_Buffers_AreAligned()
    {
        Table table = new([Int64Column.Create("a", new long[] { 0x1122334455667788 }), StringColumn.Create("b", ["x"])]);

        byte[] bytes = TableFile.ToBytes(table);

        Assert.Equal(0, bytes.AsSpan().IndexOf(new byte[] { 0x88, 0x77, 0x66, 0x55 }) % 64);
        Assert.Equal(0, (bytes.Length - 4) % 64);
    }
}
