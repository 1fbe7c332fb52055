using EasyQuant.Data;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Core.Tests.Data;

public sealed class BarTableTests
{
    [Fact]
    public void Merge_AnyTables_IsTheSortOfTheirRows() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        // Volumes number the rows, so that equal bars must keep their order.
        long number = 0;
        var all = new List<(string Symbol, int Day, long Number)>();
        var tables = new List<Table>();
        bool isSorted = random.Next(2) == 0;
        for (int t = random.Next(1, 4); t > 0; t--)
        {
            (string Symbol, int Day)[] bars = [.. Enumerable.Range(0, random.Next(0, 30)).Select(_ => ($"{random.Next(isSorted ? 4 - t : 0, 5):000000}.SZ", random.Next(3)))];
            bars = isSorted ? [.. bars.OrderBy(bar => bar)] : bars;
            (string Symbol, int Day, long Number)[] rows = [.. bars.Select(bar => (bar.Symbol, bar.Day, number++))];
            all.AddRange(rows);
            tables.Add(Make(rows));
        }

        Table expected = Make([.. all.OrderBy(row => row.Symbol, StringComparer.Ordinal).ThenBy(row => row.Day)]);

        return BarTable.Merge(tables).ContentEquals(expected);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Merge_AMissingDay_ComesLast()
    {
        Table bars = Make([("000001.SZ", 5, 0), ("000001.SZ", 6, 1)]);
        Table table = bars.With(DateColumn.Create(BarTable.TradingDate, new[] { 5, 6 }, Validity.FromFlags([false, true])));

        Assert.Equal([1, 0], ((Int64Column)BarTable.Merge([table])[BarTable.Volume]).Values.ToArray());
    }

    private static Table Make((string Symbol, int Day, long Number)[] rows)
    {
        var prices = new long[rows.Length];
        return new Table(
        [
            StringColumn.Create(BarTable.Symbol, [.. rows.Select(row => row.Symbol)]),
            DateColumn.Create(BarTable.TradingDate, rows.Select(row => row.Day).ToArray()),
            .. new[] { BarTable.Open, BarTable.High, BarTable.Low, BarTable.Close }.Select(name => DecimalColumn.Create(name, BarTable.Scale, prices)),
            Int64Column.Create(BarTable.Volume, rows.Select(row => row.Number).ToArray()),
            DecimalColumn.Create(BarTable.Amount, BarTable.Scale, prices),
        ]);
    }
}
