using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using EasyQuant.Bench.Data;
using EasyQuant.LocalServers;
using RabbitMQ.Client;

namespace EasyQuant.Bench.Pipeline;

/// <summary>
/// Process groups: two readers of CSV files, a queue, factors, the database; against the same stages by hand on the same private servers, with fsync. Stages are
/// measured alone, in turns: first everything into the queue, then everything out of it. The whole then runs at once, for its memory and its rate.
/// </summary>
public static class PipelineBench
{
    private const int WarmFiles = 40;
    private const int StageFiles = 600;
    private const int SmallFiles = 200;

    /// <summary>Prints rates and ratios of the stages, the whole, its peak memory, and <c>ratio</c>, the worst stage.</summary>
    /// <param name="args">Optional: millions of rows of the whole, 1 to 50, default 5; rounds of the stages, 1 to 9, default 3.</param>
    /// <param name="cancellationToken">Stops the benchmark.</param>
    /// <returns>0.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        int millions = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        ArgumentOutOfRangeException.ThrowIfLessThan(millions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(millions, 50);
        int rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rounds, 9);
        string root = Directory.CreateTempSubdirectory("eq-pipeline-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(root, (UnixFileMode)0b111_101_101);
        }

        var server = new RabbitMqServer(new RabbitMqOptions
        {
            DataDirectory = Path.Combine(root, "rabbitmq"), Port = FreePorts.Next(), EpmdPort = FreePorts.Next(),
            DistributionPort = FreePorts.Next(), Password = RandomNumberGenerator.GetHexString(32, lowercase: true),
        });
        await using (BenchPostgres postgres = await BenchPostgres.StartAsync(null, cancellationToken))
        await using (var host = new ServerHost(server, (_, _) => { }))
        {
            await host.StartAsync(cancellationToken);
            string files = Path.Combine(root, "files");
            int all = millions * 1_000_000 / PipelineFiles.RowsPerFile;
            PipelineFiles.Write(files, Math.Max(all, StageFiles));
            var broker = new ConnectionFactory { Uri = new Uri(server.Uri), AutomaticRecoveryEnabled = false };
            await using var platform = new PlatformPipeline(files, postgres.Database, broker);
            var bare = new BarePipeline(files, postgres.Source, broker);
            double worst = await StagesAsync(files, rounds, postgres, platform, bare, cancellationToken);
            await WholeAsync(files, all, postgres, platform, bare, cancellationToken);
            BenchLine.Print("pipeline", "ratio", worst, "ratio", "the worst stage against the same stage by hand; target 0.7");
            await host.KillAsync();
        }

        Directory.Delete(root, recursive: true);
        return 0;
    }

    private static async Task<double> StagesAsync(
        string files, int rounds, BenchPostgres postgres, PlatformPipeline platform, BarePipeline bare, CancellationToken cancellationToken)
    {
        string warm = PipelineFiles.Take(files, WarmFiles);
        string folder = PipelineFiles.Take(files, StageFiles);
        var seconds = new Dictionary<string, List<double>>(StringComparer.Ordinal) { ["read"] = [], ["read_bare"] = [], ["save"] = [], ["save_bare"] = [] };
        long rows = (long)StageFiles * PipelineFiles.RowsPerFile;
        long bytes = 0;
        for (int round = 0; round <= rounds; round++)
        {
            string from = round == 0 ? warm : folder;
            string start = string.Create(CultureInfo.InvariantCulture, $"stage-{round}");
            await PrepareAsync(postgres, cancellationToken);
            seconds["read"].Add(await platform.ReadAsync(start, from, cancellationToken));
            (double save, long saved, bytes) = await platform.SaveAsync(start, from, cancellationToken);
            seconds["save"].Add(save);
            await PrepareAsync(postgres, cancellationToken);
            await bare.DeclareAsync(start, cancellationToken);
            seconds["read_bare"].Add(await bare.ReadAsync(start, from, cancellationToken));
            seconds["save_bare"].Add(await bare.SaveAsync(start, saved, cancellationToken));
            Tell(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round} of {rounds}: read {seconds["read"][^1]:0.0} s, by hand {seconds["read_bare"][^1]:0.0} s; save {seconds["save"][^1]:0.0} s, by hand {seconds["save_bare"][^1]:0.0} s"));
        }

        double worst = double.MaxValue;
        foreach (string stage in new[] { "read", "save" })
        {
            // The first round warmed up.
            double ours = Median(seconds[stage][1..]);
            double theirs = Median(seconds[stage + "_bare"][1..]);
            worst = Math.Min(worst, theirs / ours);
            string reference = string.Create(CultureInfo.InvariantCulture, $"by hand {rows / theirs:0} rows/s");
            BenchLine.Print("pipeline", stage + "_rows", rows / ours, "rows/s", reference);
            BenchLine.Print("pipeline", stage + "_bytes", bytes / ours, "bytes/s", string.Create(CultureInfo.InvariantCulture, $"by hand {bytes / theirs:0} bytes/s"));
            BenchLine.Print("pipeline", stage + "_ratio", theirs / ours, "ratio", reference);
        }

        return worst;
    }

    private static async Task WholeAsync(
        string files, int all, BenchPostgres postgres, PlatformPipeline platform, BarePipeline bare, CancellationToken cancellationToken)
    {
        string small = PipelineFiles.Take(files, Math.Min(all, SmallFiles));
        await PrepareAsync(postgres, cancellationToken);
        (double Seconds, long Rows) few = default;
        long fewPeak = await PeakAsync(async () => few = await platform.WholeAsync("whole-small", small, cancellationToken));
        Tell(string.Create(CultureInfo.InvariantCulture, $"{few.Rows} rows at once: {few.Seconds:0.0} s"));
        await PrepareAsync(postgres, cancellationToken);
        (double Seconds, long Rows) many = default;
        long manyPeak = await PeakAsync(async () => many = await platform.WholeAsync("whole", "csv", cancellationToken));
        await PrepareAsync(postgres, cancellationToken);
        Tell(string.Create(CultureInfo.InvariantCulture, $"{many.Rows} rows at once: {many.Seconds:0.0} s"));
        await bare.DeclareAsync("whole", cancellationToken);
        long start = Stopwatch.GetTimestamp();
        Task<double> reading = bare.ReadAsync("whole", "csv", cancellationToken);
        await bare.SaveAsync("whole", many.Rows, cancellationToken);
        await reading;
        double byHand = Stopwatch.GetElapsedTime(start).TotalSeconds;
        BenchLine.Print("pipeline", "whole_rows", many.Rows / many.Seconds, "rows/s", string.Create(CultureInfo.InvariantCulture, $"by hand {many.Rows / byHand:0} rows/s, {many.Rows} rows"));
        BenchLine.Print("pipeline", "whole_ratio", byHand / many.Seconds, "ratio", "the whole by hand, both stages at once");
        BenchLine.Print("pipeline", "peak_small", fewPeak / 1048576.0, "MiB", string.Create(CultureInfo.InvariantCulture, $"working set at {few.Rows} rows"));
        BenchLine.Print("pipeline", "peak", manyPeak / 1048576.0, "MiB", string.Create(CultureInfo.InvariantCulture, $"working set at {many.Rows} rows"));
        BenchLine.Print("pipeline", "peak_growth", manyPeak / (double)fewPeak, "ratio", "peak at the larger number of rows over that at the smaller one");
    }

    // Progress, apart from the figures.
    private static void Tell(string text) => Console.Error.WriteLine(text);

    private static Task PrepareAsync(BenchPostgres postgres, CancellationToken cancellationToken) => postgres.ExecuteAsync(
        """
        drop table if exists bench_data.factors; drop table if exists bench_data.bare;
        create table bench_data.bare(symbol text, trading_date date, open numeric, high numeric, low numeric, close numeric, volume bigint, amount numeric,
            momentum_20 double precision, volatility_20 double precision); checkpoint
        """,
        cancellationToken);

    private static async Task<long> PeakAsync(Func<Task> work)
    {
        GC.Collect();
        long peak = 0;
        using var stop = new CancellationTokenSource();
        Task watching = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                peak = Math.Max(peak, Environment.WorkingSet);
                await Task.Delay(50, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
        await work();
        await stop.CancelAsync();
        await watching;
        return peak;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
