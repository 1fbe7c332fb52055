using System.Diagnostics;
using System.Globalization;
using System.Text;
using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Bench.Data;

/// <summary>
/// Reading daily bars from memory into a table, one thread: CSV of Tushare, CSV of any vendor, TDX <c>.day</c>. The reference is a plain loop that looks
/// at every byte of the same file and counts lines (CSV) or sums the closes (TDX).
/// </summary>
public static class LoadBench
{
    private const int DaysPerSymbol = 2500;
    private const int Repetitions = 5;

    /// <summary>Runs the benchmark; prints rows/s, MB/s and the ratio to the reference, best of five.</summary>
    /// <param name="args">Optional: number of rows, 10,000 to 10,000,000, default 500,000.</param>
    /// <param name="cancellationToken">Stops between two repetitions.</param>
    /// <returns>0.</returns>
    public static Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        int rows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 500_000;
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 10_000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, 10_000_000);
        byte[] generic = GenericCsv(rows);
        byte[] tushare = TushareCsv(rows);
        Symbol symbol = Symbol.Parse("600000.SH");
        byte[] tdx = TdxFile(rows);
        double worst = double.MaxValue;
        worst = Math.Min(worst, Measure("csv_generic", generic, rows, () => CsvBars.Read(generic, new CsvBarOptions()).Table, () => CountLines(generic), cancellationToken));
        worst = Math.Min(
            worst,
            Measure("csv_tushare", tushare, rows, () => CsvBars.Read(tushare, new CsvBarOptions { Profile = CsvProfile.Tushare }).Table, () => CountLines(tushare), cancellationToken));
        worst = Math.Min(worst, Measure("tdx", tdx, rows, () => TdxDayFile.Read(tdx, symbol, rows), () => SumCloses(tdx), cancellationToken));
        BenchLine.Print("load", "ratio", worst, "x", "a plain loop over the same bytes; worst of csv_generic, csv_tushare, tdx");
        return Task.FromResult(0);
    }

    private static double Measure(string name, byte[] file, int rows, Func<Table> read, Func<long> reference, CancellationToken cancellationToken)
    {
        double best = double.MaxValue;
        double bestReference = double.MaxValue;
        double bestCpu = double.MaxValue;
        for (int i = 0; i < Repetitions; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            Table table = read();
            bestCpu = Math.Min(bestCpu, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (table.RowCount != rows)
            {
                throw new InvalidOperationException($"{name}: read {table.RowCount} rows, expected {rows}.");
            }

            start = Stopwatch.GetTimestamp();
            GC.KeepAlive(reference());
            bestReference = Math.Min(bestReference, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        double megabytes = file.Length / 1e6;
        BenchLine.Print("load", name + "_rows", rows / best, "rows/s");
        BenchLine.Print("load", name + "_cpu_rows", rows / bestCpu, "rows/s of processor time, garbage collection included");
        BenchLine.Print("load", name + "_bytes", megabytes / best, "MB/s", string.Create(CultureInfo.InvariantCulture, $"plain loop {megabytes / bestReference:0} MB/s"));
        BenchLine.Print("load", name + "_ratio", bestReference / best, "x", "a plain loop over the same bytes");
        return bestReference / best;
    }

    private static long CountLines(byte[] file)
    {
        long lines = 0;
        foreach (byte b in file)
        {
            lines += b == (byte)'\n' ? 1 : 0;
        }

        return lines;
    }

    private static long SumCloses(byte[] file)
    {
        long sum = 0;
        for (int at = 16; at < file.Length; at += TdxDayFile.RecordLength)
        {
            sum += BitConverter.ToInt32(file, at);
        }

        return sum;
    }

    private static byte[] GenericCsv(int rows)
    {
        var text = new StringBuilder("symbol,trade_date,open,high,low,close,volume,amount\n");
        for (int i = 0; i < rows; i++)
        {
            (string symbol, DateOnly date, int cents) = Row(i, i % DaysPerSymbol);
            text.Append(CultureInfo.InvariantCulture, $"{symbol},{date:yyyy-MM-dd},{cents / 100m},{(cents + 7) / 100m},{(cents - 9) / 100m},{(cents + 1) / 100m},{100_000 + i},{(100_000L + i) * cents / 100m}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] TushareCsv(int rows)
    {
        var text = new StringBuilder("ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount\n");
        for (int i = 0; i < rows; i++)
        {
            (string symbol, DateOnly date, int cents) = Row(i, DaysPerSymbol - 1 - (i % DaysPerSymbol));
            text.Append(
                CultureInfo.InvariantCulture,
                $"{symbol},{date:yyyyMMdd},{cents / 100m},{(cents + 7) / 100m},{(cents - 9) / 100m},{(cents + 1) / 100m},{cents / 100m},0.01,0.0{cents % 1000},{100_000 + i}.{i % 100:00},{(100_000L + i) * cents / 1000}.{i % 1000:000}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] TdxFile(int rows)
    {
        var file = new byte[rows * TdxDayFile.RecordLength];
        for (int i = 0; i < rows; i++)
        {
            (_, DateOnly date, int cents) = Row(i, i * DaysPerSymbol / rows);
            Span<byte> record = file.AsSpan(i * TdxDayFile.RecordLength, TdxDayFile.RecordLength);
            ReadOnlySpan<int> prices = [(date.Year * 10000) + (date.Month * 100) + date.Day, cents, cents + 7, cents - 9, cents + 1];
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(prices).CopyTo(record);
            BitConverter.TryWriteBytes(record[20..], (float)cents * 1000);
            BitConverter.TryWriteBytes(record[24..], 100_000 + i);
        }

        return file;
    }

    private static (string Symbol, DateOnly Date, int Cents) Row(int i, int day) =>
        ((600_000 + (i / DaysPerSymbol)).ToString(CultureInfo.InvariantCulture) + ".SH", new DateOnly(2014, 1, 2).AddDays(day), 1000 + (i % 9000 * 7919 % 9000));
}
