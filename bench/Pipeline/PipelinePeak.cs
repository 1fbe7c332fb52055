using System.Diagnostics;
using System.Globalization;
using EasyQuant.Bench.Data;
using RabbitMQ.Client;

namespace EasyQuant.Bench.Pipeline;

/// <summary>What a process took that does nothing but run both groups at once over the files of a folder.</summary>
/// <param name="Rows">Rows that came through.</param>
/// <param name="Seconds">From the start of the groups to their end.</param>
/// <param name="WorkingSet">Largest resident set of the process, MiB.</param>
/// <param name="Retained">Bytes of live objects after the end, found by a full collection, MiB.</param>
/// <param name="Collections">Collections of the oldest generation, and so of large objects.</param>
internal sealed record PipelinePeak(long Rows, double Seconds, double WorkingSet, double Retained, int Collections)
{
    /// <summary>First argument of the child process.</summary>
    public const string Mode = "peak";

    private const string Postgres = "EQ_BENCH_POSTGRES";
    private const string Broker = "EQ_BENCH_RABBITMQ";
    private const double Mebibyte = 1_048_576;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    /// <summary>Starts this program again, runs the groups there, and returns what it took.</summary>
    /// <param name="root">Directory of the data files.</param>
    /// <param name="folder">Folder of CSV files in it.</param>
    /// <param name="postgres">Connection string of the benchmark's own server; its schema is made anew.</param>
    /// <param name="broker">Address of the benchmark's own broker.</param>
    /// <param name="cancellationToken">Ends the child process.</param>
    public static async Task<PipelinePeak> MeasureAsync(string root, string folder, string postgres, string broker, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(PipelinePeak).Assembly.Location);
        }

        foreach (string argument in new[] { "pipeline", Mode, root, folder })
        {
            start.ArgumentList.Add(argument);
        }

        // Not as arguments, which everybody on the machine can read.
        start.Environment[Postgres] = postgres;
        start.Environment[Broker] = broker;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_patience);
        using Process child = Process.Start(start) ?? throw new InvalidOperationException("The bench cannot start itself.");
        try
        {
            string output = await child.StandardOutput.ReadToEndAsync(deadline.Token);
            await child.WaitForExitAsync(deadline.Token);
            return child.ExitCode == 0 ? Parse(output) : throw new InvalidOperationException($"The child process ended with {child.ExitCode}.");
        }
        catch (OperationCanceledException)
        {
            child.Kill();
            throw;
        }
    }

    /// <summary>The child: ROOT FOLDER.</summary>
    public static async Task<int> RunChildAsync(string[] args, CancellationToken cancellationToken)
    {
        await using BenchPostgres postgres = await BenchPostgres.StartAsync(Environment.GetEnvironmentVariable(Postgres), cancellationToken);
        var broker = new ConnectionFactory { Uri = new Uri(Environment.GetEnvironmentVariable(Broker)!), AutomaticRecoveryEnabled = false };
        await using var platform = new PlatformPipeline(args[0], postgres.Database, broker);
        (double seconds, long rows) = await platform.WholeAsync($"peak-{Guid.NewGuid():N}", args[1], cancellationToken);
        int collections = GC.CollectionCount(2);
        double retained = GC.GetTotalMemory(forceFullCollection: true) / Mebibyte;
        using var self = Process.GetCurrentProcess();
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{rows} {seconds} {self.PeakWorkingSet64 / Mebibyte} {retained} {collections}"));
        return 0;
    }

    private static PipelinePeak Parse(string output)
    {
        string[] parts = output.Split(' ', StringSplitOptions.TrimEntries);
        double Number(int i) => double.Parse(parts[i], CultureInfo.InvariantCulture);
        return new PipelinePeak((long)Number(0), Number(1), Number(2), Number(3), (int)Number(4));
    }
}
