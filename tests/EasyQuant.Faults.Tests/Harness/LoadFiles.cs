using System.Globalization;
using System.Text;

namespace EasyQuant.Faults.Harness;

/// <summary>The files that the loads read: one row for each item, and a folder of bars for the stream.</summary>
internal static class LoadFiles
{
    private const string Header = "symbol,date,open,high,low,close,volume,amount\n";
    private const int ItemCountMax = 5_000;

    public static void Write(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "items"));
        for (int i = 0; i < ItemCountMax; i++)
        {
            File.WriteAllText(Path.Combine(folder, "items", SymbolOf(i) + ".csv"), Header + Row(SymbolOf(i), new DateOnly(2026, 1, 5)));
        }

        foreach (int count in new[] { LoadSize.Least.ItemCount, LoadSize.Brief.ItemCount, LoadSize.Tiny.ItemCount, LoadSize.Small.ItemCount, LoadSize.Full.ItemCount })
        {
            var list = new StringBuilder(Header);
            for (int i = 0; i < count; i++)
            {
                list.Append(Row(SymbolOf(i), new DateOnly(2026, 1, 5)));
            }

            File.WriteAllText(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"list-{count}.csv")), list.ToString());
        }

        WriteStream(folder, LoadSize.Least);
        WriteStream(folder, LoadSize.Brief);
        WriteStream(folder, LoadSize.Tiny);
        WriteStream(folder, LoadSize.Small);
        WriteStream(folder, LoadSize.Reordered);
        WriteStream(folder, LoadSize.Full);
    }

    public static string SymbolOf(int index) => string.Create(CultureInfo.InvariantCulture, $"{600000 + index}.SH");

    private static void WriteStream(string folder, LoadSize size)
    {
        string path = Directory.CreateDirectory(Path.Combine(folder, size.StreamFolder)).FullName;
        for (int file = 0; file < size.StreamFileCount; file++)
        {
            var rows = new StringBuilder(Header);
            for (int day = 0; day < size.RowsPerFile; day++)
            {
                rows.Append(Row(SymbolOf(file), new DateOnly(2010, 1, 1).AddDays(day)));
            }

            File.WriteAllText(Path.Combine(path, SymbolOf(file) + ".csv"), rows.ToString());
        }
    }

    private static string Row(string symbol, DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"{symbol},{day:yyyy-MM-dd},10,11,9,10.5,1000,10500\n");
}
