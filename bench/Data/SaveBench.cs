using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.Bench.Data;

/// <summary>
/// DbSave as the graph runs it (checks, fence, effect key, one transaction) against raw Npgsql binary COPY of the same rows into the same keyed
/// table, alternating in one run. Append and raw COPY write into an empty table; insert-new meets every tenth key, upsert every second key with another value.
/// </summary>
public static class SaveBench
{
    private const int DaysPerSymbol = 2500;
    private const int Repetitions = 3;

    private const string Columns =
        "symbol text not null, trade_date date not null, open double precision, high double precision, low double precision, close double precision, volume bigint, amount double precision, primary key (symbol, trade_date)";

    /// <summary>Runs the benchmark; prints rows/s and the ratio to raw COPY for each mode, medians of three.</summary>
    /// <param name="args">Optional: number of rows (default 200,000), then a connection string of an owner of the database; without it a private server is started.</param>
    /// <param name="cancellationToken">Stops the benchmark.</param>
    /// <returns>0.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        int rows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 200_000;
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, 10_000_000);
        await using BenchPostgres postgres = await BenchPostgres.StartAsync(args.Length > 1 ? args[1] : null, cancellationToken);
        Table table = Bars(rows);
        var seconds = new Dictionary<string, List<double>>(StringComparer.Ordinal) { ["copy"] = [], ["append"] = [], ["insert_new"] = [], ["upsert"] = [] };
        for (int i = 0; i <= Repetitions; i++)
        {
            foreach ((string mode, List<double> times) in seconds)
            {
                double time = await MeasureAsync(postgres, mode, table, i, cancellationToken);
                if (i > 0)
                {
                    times.Add(time);
                }
            }
        }

        double copy = Median(seconds["copy"]);
        BenchLine.Print("save", "copy_rows", rows / copy, "rows/s");
        foreach ((string mode, double target) in new[] { ("append", 0.8), ("insert_new", 0.7), ("upsert", 0.4) })
        {
            double time = Median(seconds[mode]);
            BenchLine.Print("save", mode + "_rows", rows / time, "rows/s");
            BenchLine.Print(
                "save", mode + "_ratio", copy / time, "x", string.Create(CultureInfo.InvariantCulture, $"raw Npgsql binary COPY into the same keyed table, {rows / copy:0} rows/s; target {target}"));
        }

        double worst = new[] { ("append", 0.8), ("insert_new", 0.7), ("upsert", 0.4) }.Min(m => copy / Median(seconds[m.Item1]) / m.Item2);
        BenchLine.Print("save", "ratio", worst, "x", "share of the target reached: append 0.8, insert_new 0.7, upsert 0.4 of raw COPY; the worst");
        return 0;
    }

    private static async Task<double> MeasureAsync(BenchPostgres postgres, string mode, Table table, int repetition, CancellationToken cancellationToken)
    {
        await postgres.ExecuteAsync($"drop table if exists bench_data.bars; create table bench_data.bars({Columns}); checkpoint", cancellationToken);
        int step = mode switch { "upsert" => 2, "insert_new" => 10, _ => 0 };
        if (step > 0)
        {
            int[] rows = [.. Enumerable.Range(0, table.RowCount).Where(i => i % step == 0)];
            await CopyAsync(postgres, table.Take(rows).With(Int64Column.Create("volume", new long[rows.Length])), cancellationToken);
            await postgres.ExecuteAsync("analyze bench_data.bars", cancellationToken);
        }

        long start = Stopwatch.GetTimestamp();
        if (mode == "copy")
        {
            await CopyAsync(postgres, table, cancellationToken);
        }
        else
        {
            await SaveAsync(postgres, mode, table, repetition, cancellationToken);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task SaveAsync(BenchPostgres postgres, string mode, Table table, int repetition, CancellationToken cancellationToken)
    {
        var parameters = new JsonObject
        {
            ["table"] = "bars",
            ["mode"] = mode == "insert_new" ? "insertNew" : mode,
            ["keys"] = new JsonArray("symbol", "trade_date"),
        };
        SingleNodeResult result = await SingleNode.RunAsync(
            AllNodePacks.CreateCatalog(),
            "DbSave",
            parameters,
            new Dictionary<string, NodeValue> { ["table"] = NodeValue.FromTable(table) },
            new RunContext { RunId = $"bench-{mode}-{repetition}", ProjectId = "default", Epoch = 1 },
            new NodeServices(TimeProvider.System).With(postgres.Database),
            null,
            cancellationToken);
        JsonNode counts = result.Outputs["result"].AsJson()!;
        long written = counts["inserted"]!.GetValue<long>() + counts["updated"]!.GetValue<long>();
        int expected = mode == "insert_new" ? table.RowCount - ((table.RowCount + 9) / 10) : table.RowCount;
        if (written != expected)
        {
            throw new InvalidOperationException($"{mode} wrote {written} rows, expected {expected}: {counts}");
        }
    }

    private static async Task CopyAsync(BenchPostgres postgres, Table table, CancellationToken cancellationToken)
    {
        string[] symbols = [.. Enumerable.Range(0, table.RowCount).Select(i => table.GetColumn<StringColumn>("symbol").GetString(i)!)];
        var dates = table.GetColumn<DateColumn>("trade_date");
        double[][] prices = [.. new[] { "open", "high", "low", "close", "amount" }.Select(n => table.GetColumn<Float64Column>(n).Values.ToArray())];
        long[] volumes = table.GetColumn<Int64Column>("volume").Values.ToArray();
        await using NpgsqlConnection connection = await postgres.Source.OpenConnectionAsync(cancellationToken);
        await using (var limit = new NpgsqlCommand("set statement_timeout = 0", connection))
        {
            await limit.ExecuteNonQueryAsync(cancellationToken);
        }

        await using NpgsqlBinaryImporter writer = await connection.BeginBinaryImportAsync(
            "copy bench_data.bars(symbol, trade_date, open, high, low, close, volume, amount) from stdin (format binary)", cancellationToken);
        for (int i = 0; i < table.RowCount; i++)
        {
            writer.StartRow();
            writer.Write(symbols[i], NpgsqlDbType.Text);
            writer.Write(dates.GetDate(i), NpgsqlDbType.Date);
            for (int p = 0; p < 4; p++)
            {
                writer.Write(prices[p][i], NpgsqlDbType.Double);
            }

            writer.Write(volumes[i], NpgsqlDbType.Bigint);
            writer.Write(prices[4][i], NpgsqlDbType.Double);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    private static Table Bars(int rows)
    {
        var builder = new TableBuilder(
        [
            new("symbol", ColumnType.String), new("trade_date", ColumnType.Date), new("open", ColumnType.Float64), new("high", ColumnType.Float64),
            new("low", ColumnType.Float64), new("close", ColumnType.Float64), new("volume", ColumnType.Int64), new("amount", ColumnType.Float64),
        ]);
        int first = EpochDays.FromDate(new DateOnly(2014, 1, 2));
        for (int i = 0; i < rows; i++)
        {
            (int s, int t) = Math.DivRem(i, DaysPerSymbol);
            double p = 10 + (s % 90) + (t * 0.001);
            builder[0].Append(string.Create(CultureInfo.InvariantCulture, $"{600_000 + s}.SH"));
            builder[1].AppendRaw(first + t);
            builder[2].Append(p);
            builder[3].Append(p * 1.01);
            builder[4].Append(p * 0.99);
            builder[5].Append(p + 0.01);
            builder[6].Append(100_000L + t);
            builder[7].Append(p * 100_000);
        }

        return builder.Build();
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
