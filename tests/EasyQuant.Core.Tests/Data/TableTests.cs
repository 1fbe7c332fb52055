using EasyQuant.Data;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Core.Tests.Data;

public sealed class TableTests
{
    [Fact]
    public void Column_UnknownName_ErrorListsExistingColumns()
    {
        Table table = new([Int64Column.Create("volume", new long[] { 1 })]);

        ArgumentException error = Assert.Throws<ArgumentException>(() => table["close"]);

        Assert.Contains("No column `close`; the table has: volume.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Table_LengthsDiffer_Refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => new Table([Int64Column.Create("a", new long[] { 1 }), Int64Column.Create("b", new long[] { 1, 2 })]));

        Assert.Contains("Column `b` has 2 rows, column `a` has 1.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Slice_OfSlice_SharesMemoryAndKeepsNulls() => Prop.ForAll<int, int, int>((seed, a, b) =>
    {
        Table table = RandomTables.Make(seed);
        int offset = Math.Abs(a % (table.RowCount + 1));
        int length = Math.Abs(b % (table.RowCount - offset + 1));

        Table slice = table.Slice(0, offset + length).Slice(offset, length);

        for (int row = 0; row < length; row++)
        {
            for (int c = 0; c < table.Columns.Count; c++)
            {
                Assert.Equal(table.Columns[c].GetValue(offset + row), slice.Columns[c].GetValue(row));
            }
        }

        Assert.Equal(slice.Columns.Sum(c => Enumerable.Range(0, length).Count(c.IsNull)), slice.Columns.Sum(c => c.NullCount));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Concat_OfSlices_EqualsTheWhole() => Prop.ForAll<int, int>((seed, cut) =>
    {
        Table table = RandomTables.Make(seed);
        int at = Math.Abs(cut % (table.RowCount + 1));

        Table joined = Table.Concat([table.Slice(0, at), table.Slice(at, table.RowCount - at)]);

        return joined.ContentEquals(table);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Concat_OfManyTables_AllocatesTheResultAndNoMore()
    {
        var builder = new TableBuilder(Array.ConvertAll(Enum.GetValues<ColumnType>(), type => new ColumnSchema($"{type}", type)));
        for (int row = 0; row < 20_000; row++)
        {
            for (int c = 0; c < builder.ColumnCount; c++)
            {
                builder[c].AppendNull();
            }
        }

        Table part = builder.Build();
        Table[] parts = [.. Enumerable.Repeat(part, 20)];
        Table.Concat(parts[..2]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Table joined = Table.Concat(parts);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(20 * part.RowCount, joined.RowCount);
        Assert.InRange(allocated, joined.EstimatedBytes * 9 / 10, joined.EstimatedBytes * 11 / 10);
    }

    [Fact]
    public void Joiner_TableThatWasNotMeasured_IsRefused()
    {
        Table one = RandomTables.Days("2026-01-05");
        var joiner = new TableJoiner();
        joiner.Measure(one);
        Assert.Throws<ArgumentException>(() => joiner.Append(RandomTables.Days("2026-01-05", "2026-01-06")));
        Assert.Throws<InvalidOperationException>(() => Measured(new TableJoiner(), one).Build());
        joiner = Measured(new TableJoiner(), one);
        joiner.Append(one);
        Assert.Throws<ArgumentException>(() => joiner.Append(one));
        Assert.Throws<InvalidOperationException>(() => joiner.Measure(one));
        Assert.True(joiner.Build().ContentEquals(one));
        Assert.Equal(0, new TableJoiner().Build().RowCount);
    }

    private static TableJoiner Measured(TableJoiner joiner, Table table)
    {
        joiner.Measure(table);
        return joiner;
    }

    [Fact]
    public void Take_AllRowsReversedTwice_EqualsTheTable() => Prop.ForAll<int>(seed =>
    {
        Table table = RandomTables.Make(seed);
        int[] rows = [.. Enumerable.Range(0, table.RowCount).Reverse()];

        return table.Take(rows).Take(rows).ContentEquals(table);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void With_ExistingName_ReplacesInPlace()
    {
        Table table = new([Int64Column.Create("a", new long[] { 1 }), Int64Column.Create("b", new long[] { 2 })]);

        Table changed = table.With(Float64Column.Create("a", new[] { 1.5 }));

        Assert.Equal(["a float64", "b int64"], changed.Schema.Select(s => s.ToString()));
        Assert.Equal(1.5, changed["a"].GetValue(0));
    }

    [Fact]
    public void Sort_TwoKeys_StableWithMissingLast()
    {
        Table table = new(
        [
            StringColumn.Create("symbol", ["b", "a", null, "a"]),
            Float64Column.Create("score", new[] { 1, 1, 5, double.NaN }),
            Int64Column.Create("row", new long[] { 0, 1, 2, 3 }),
        ]);

        Table byScore = TableSort.Sort(table, ("score", true), ("symbol", false));
        Table bySymbol = TableSort.Sort(table, ("symbol", true));

        Assert.Equal([2, 1, 0, 3], byScore.GetColumn<Int64Column>("row").Values.ToArray());
        Assert.Equal([0, 1, 3, 2], bySymbol.GetColumn<Int64Column>("row").Values.ToArray());
    }

    [Theory]
    [InlineData("12.34", 4, 123400)]
    [InlineData("-0.0001", 4, -1)]
    [InlineData("922337203685477.5807", 4, long.MaxValue)]
    [InlineData("-922337203685477.5808", 4, long.MinValue)]
    public void DecimalUnits_ExactValue_RoundTrips(string text, int scale, long expected)
    {
        decimal value = decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

        Assert.True(DecimalUnits.TryFromDecimal(value, scale, out long units));
        Assert.Equal(expected, units);
        Assert.Equal(value, DecimalUnits.ToDecimal(units, scale));
    }

    [Theory]
    [InlineData("0.00001", 4)]
    [InlineData("922337203685477.5808", 4)]
    public void DecimalUnits_DoesNotFit_Refused(string text, int scale) =>
        Assert.False(DecimalUnits.TryFromDecimal(decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture), scale, out _));

    [Fact]
    public void Builder_WrongKind_ErrorNamesColumnAndTypes()
    {
        var builder = new TableBuilder([new ColumnSchema("close", ColumnType.Decimal, 4)]);

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => builder["close"].Append("12"));

        Assert.Equal("Column `close` holds Decimal values, got a string.", error.Message);
    }
}
