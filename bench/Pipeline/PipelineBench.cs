using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using EasyQuant.Bench.Data;
using EasyQuant.Data;
using EasyQuant.LocalServers;
using RabbitMQ.Client;

namespace EasyQuant.Bench.Pipeline;

/// <summary>
/// Process groups: two readers of CSV files, a queue, factors, the database; against the same stages by hand on the same private servers, with fsync. Stages are
/// measured alone, in turns: first everything into the queue, then everything out of it, and the factors of a chunk in memory. The whole then runs at once, for its memory and its rate.
/// </summary>
public static class PipelineBench
{
    private const int WarmFiles = 40;
    private const int StageFiles = 600;
    private const int MillionsMax = 50;

    /// <summary>Prints rates and ratios of the stages, the whole, its peak memory, and <c>ratio</c>, the worst stage.</summary>
    /// <param name="args">Optional: millions of rows of the whole, 1 to 50, default 5; rounds of the stages, 1 to 9, default 3.</param>
    /// <param name="cancellationToken">Stops the benchmark.</param>
    /// <returns>0.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (args is [PipelinePeak.Mode, ..])
        {
            return await PipelinePeak.RunChildAsync(args[1..], cancellationToken);
        }

        int millions = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        ArgumentOutOfRangeException.ThrowIfLessThan(millions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(millions, MillionsMax);
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
            PipelineFiles.Write(files, FilesOf(millions));
            var broker = new ConnectionFactory { Uri = new Uri(server.Uri), AutomaticRecoveryEnabled = false };
            await using var platform = new PlatformPipeline(files, postgres.Database, broker);
            var bare = new BarePipeline(files, postgres.Source, broker);
            double worst = await StagesAsync(files, Math.Min(StageFiles, FilesOf(millions)), rounds, postgres, platform, bare, cancellationToken);
            await WholeAsync(postgres, platform, bare, cancellationToken);
            await PeaksAsync(millions, files, postgres, server.Uri, cancellationToken);
            BenchLine.Print("pipeline", "ratio", worst, "ratio", "the worst stage against the same stage by hand; target 0.7");
            await host.KillAsync();
        }

        Directory.Delete(root, recursive: true);
        return 0;
    }

    private static async Task<double> StagesAsync(
        string files, int count, int rounds, BenchPostgres postgres, PlatformPipeline platform, BarePipeline bare, CancellationToken cancellationToken)
    {
        string warm = PipelineFiles.Take(files, WarmFiles);
        string folder = PipelineFiles.Take(files, count);
        var seconds = new Dictionary<string, List<double>>(StringComparer.Ordinal) { ["read"] = [], ["read_bare"] = [], ["save"] = [], ["save_bare"] = [] };
        long rows = (long)count * PipelineFiles.RowsPerFile;
        long bytes = 0;
        for (int round = 0; round <= rounds; round++)
        {
            string from = round == 0 ? warm : folder;
            string start = string.Create(CultureInfo.InvariantCulture, $"stage-{round}");
            // In turns, so that neither always finds the code that both use compiled by the other.
            foreach (bool isPlatform in round % 2 == 0 ? new[] { true, false } : [false, true])
            {
                await PrepareAsync(postgres, cancellationToken);
                if (isPlatform)
                {
                    seconds["read"].Add(await platform.ReadAsync(start, from, cancellationToken));
                    (double save, _, bytes) = await platform.SaveAsync(start, from, cancellationToken);
                    seconds["save"].Add(save);
                }
                else
                {
                    await bare.DeclareAsync(start, cancellationToken);
                    seconds["read_bare"].Add(await bare.ReadAsync(start, from, cancellationToken));
                    seconds["save_bare"].Add(await bare.SaveAsync(start, round == 0 ? (long)WarmFiles * PipelineFiles.RowsPerFile : rows, cancellationToken));
                }
            }

            Tell(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round} of {rounds}: read {seconds["read"][^1]:0.00} s, by hand {seconds["read_bare"][^1]:0.00} s; save {seconds["save"][^1]:0.00} s, by hand {seconds["save_bare"][^1]:0.00} s"));
        }

        // The first round warmed up.
        double worst = Math.Min(
            Print("read", seconds["read"][1..], seconds["read_bare"][1..], rows, bytes),
            Print("save", seconds["save"][1..], seconds["save_bare"][1..], rows, bytes));
        Table chunk = await BarePipeline.TableAsync(Directory.GetFiles(Path.Combine(files, folder)).Order(StringComparer.Ordinal).Take(BarePipeline.ChunkRows / PipelineFiles.RowsPerFile));
        (List<double> ours, List<double> theirs, long factorRows, long factorBytes) = await PipelineFactors.MeasureAsync(chunk, rounds, cancellationToken);
        return Math.Min(worst, Print("factors", ours, theirs, factorRows, factorBytes));
    }

    private static double Print(string stage, List<double> oursAll, List<double> theirsAll, long rows, long bytes)
    {
        double ours = Median(oursAll);
        double theirs = Median(theirsAll);
        string reference = string.Create(CultureInfo.InvariantCulture, $"by hand {rows / theirs:0} rows/s");
        BenchLine.Print("pipeline", stage + "_rows", rows / ours, "rows/s", reference);
        BenchLine.Print("pipeline", stage + "_bytes", bytes / ours, "bytes/s", string.Create(CultureInfo.InvariantCulture, $"by hand {bytes / theirs:0} bytes/s"));
        BenchLine.Print("pipeline", stage + "_ratio", theirs / ours, "ratio", reference);
        return theirs / ours;
    }

    private static async Task WholeAsync(BenchPostgres postgres, PlatformPipeline platform, BarePipeline bare, CancellationToken cancellationToken)
    {
        await PrepareAsync(postgres, cancellationToken);
        (double Seconds, long Rows) many = await platform.WholeAsync("whole", "csv", cancellationToken);
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
    }

    // A process for each size: what a heap has grown to does not come back.
    private static async Task PeaksAsync(int millions, string files, BenchPostgres postgres, string broker, CancellationToken cancellationToken)
    {
        int[] sizes = [.. new[] { 1, millions, Math.Min(MillionsMax, millions * 4), Math.Min(MillionsMax, millions * 10) }.Distinct()];
        var peaks = new Dictionary<int, double>();
        foreach (int size in sizes)
        {
            PipelineFiles.Write(files, FilesOf(size));
            string folder = size < millions ? PipelineFiles.Take(files, FilesOf(size)) : "csv";
            PipelinePeak peak = await PipelinePeak.MeasureAsync(files, folder, postgres.ConnectionString, broker, cancellationToken);
            Tell(string.Create(CultureInfo.InvariantCulture, $"{peak.Rows} rows in a process of their own: {peak.Seconds:0.0} s, {peak.WorkingSet:0} MiB"));
            string reference = string.Create(
                CultureInfo.InvariantCulture, $"{peak.Rows} rows in {peak.Seconds:0.0} s, both groups at once in a process of their own, {peak.Collections} full collections");
            string name = string.Create(CultureInfo.InvariantCulture, $"peak_{size}m");
            BenchLine.Print("pipeline", name, peak.WorkingSet, "MiB", $"largest resident set; {reference}");
            BenchLine.Print("pipeline", name + "_retained", peak.Retained, "MiB", $"live objects after the end; {reference}");
            peaks[size] = peak.WorkingSet;
        }

        // The first million does not fill what the groups may have in flight.
        foreach ((string name, int from) in new[] { ("peak_growth", millions), ("peak_growth_from_1m", 1) })
        {
            BenchLine.Print(
                "pipeline", name, peaks[sizes[^1]] / peaks[from], "ratio",
                string.Create(CultureInfo.InvariantCulture, $"largest resident set at {sizes[^1]} million rows over that at {from} million; 1 is flat"));
        }
    }

    private static int FilesOf(int millions) => millions * 1_000_000 / PipelineFiles.RowsPerFile;

    // Progress, apart from the figures.
    private static void Tell(string text) => Console.Error.WriteLine(text);

    private static Task PrepareAsync(BenchPostgres postgres, CancellationToken cancellationToken) => postgres.ExecuteAsync(
        """
        drop table if exists bench_data.factors; drop table if exists bench_data.bare;
        create table bench_data.bare(symbol text, trading_date date, open numeric, high numeric, low numeric, close numeric, volume bigint, amount numeric,
            momentum_20 double precision, volatility_20 double precision); checkpoint
        """,
        cancellationToken);

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
