using System.Globalization;
using System.Text;

namespace EasyQuant.Bench.Pipeline;

/// <summary>CSV files of daily bars, 5,000 rows each, made once for a run of the benchmark; the same bytes each time.</summary>
internal static class PipelineFiles
{
    public const int RowsPerFile = 5_000;

    /// <summary>Writes the files as <c>csv/00000.csv</c> and so on, those that are not there.</summary>
    public static void Write(string root, int count)
    {
        Directory.CreateDirectory(Path.Combine(root, "csv"));
        string[] days = [.. Enumerable.Range(0, RowsPerFile).Select(i => new DateOnly(2000, 1, 3).AddDays(i).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))];
        Parallel.For(0, count, file =>
        {
            string path = Path.Combine(root, "csv", string.Create(CultureInfo.InvariantCulture, $"{file:00000}.csv"));
            if (File.Exists(path))
            {
                return;
            }

            var random = new Random(file);
            var csv = new StringBuilder("symbol,date,open,high,low,close,volume,amount\n", RowsPerFile * 70);
            int close = 1_000 + random.Next(4_000);
            foreach (string day in days)
            {
                int open = close;
                close = Math.Max(200, close + random.Next(-20, 21));
                csv.Append(
                    CultureInfo.InvariantCulture,
                    $"{600_000 + (file % 1_000):000000}.SH,{day},{open / 100.0:0.00},{(Math.Max(open, close) + 5) / 100.0:0.00},{(Math.Min(open, close) - 5) / 100.0:0.00},{close / 100.0:0.00},{random.Next(100, 1_000_000)},{random.Next(100_000, 100_000_000)}\n");
            }

            File.WriteAllText(path, csv.ToString());
        });
    }

    /// <summary>Makes a folder with copies of the first files.</summary>
    public static string Take(string root, int count)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"first-{count}");
        Directory.CreateDirectory(Path.Combine(root, folder));
        foreach (string path in Directory.GetFiles(Path.Combine(root, "csv")).Order(StringComparer.Ordinal).Take(count))
        {
            File.Copy(path, Path.Combine(root, folder, Path.GetFileName(path)), overwrite: true);
        }

        return folder;
    }
}
