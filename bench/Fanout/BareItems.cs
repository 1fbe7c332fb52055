using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Flow;
using EasyQuant.Nodes;
using EasyQuant.Nodes.Data.Files;

namespace EasyQuant.Bench.Fanout;

/// <summary>
/// The reference of efficiency: a plain loop that parses the same file with the same node, in this process, without items, states or a service. On as many
/// threads as the fan-out has cores: two cores that share one unit of execution, or its memory, do less than twice the work of one.
/// </summary>
internal sealed class BareItems(string folder)
{
    /// <summary>The file that an item parses.</summary>
    public const string FileName = "item.csv";

    private const double TargetSeconds = 1e-3;
    private const double Tolerance = 0.05;
    private const int ProbeCount = 1_000;
    private const int RoundsMax = 20;
    private const int WarmRounds = 4;

    private readonly NodeCatalog _catalog = AllNodePacks.CreateCatalog();
    private readonly NodeServices _services = new NodeServices(TimeProvider.System).With<IDataFiles>(new DirectoryDataFiles(folder));

    /// <summary>Writes a file that takes a millisecond on one thread once the code is warm.</summary>
    /// <returns>Its rows, and what an item takes.</returns>
    public async Task<(int Rows, double Seconds)> CalibrateAsync(CancellationToken cancellationToken)
    {
        int rows = 2_000;
        double item = 0;
        for (int round = 0; round < RoundsMax; round++)
        {
            await WriteAsync(rows, cancellationToken);
            item = await MeasureAsync(1, ProbeCount, cancellationToken) / ProbeCount;
            if (round >= WarmRounds)
            {
                if (Math.Abs((item / TargetSeconds) - 1) <= Tolerance)
                {
                    break;
                }

                rows = Math.Clamp((int)(rows * TargetSeconds / item), 10, 100_000);
            }
        }

        return (rows, item);
    }

    /// <summary>Seconds of a number of items on a number of threads.</summary>
    public async Task<double> MeasureAsync(int threads, int count, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(
            async () =>
            {
                for (int i = 0; i < count / threads; i++)
                {
                    await ParseAsync(cancellationToken);
                }
            },
            cancellationToken)));
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private Task<SingleNodeResult> ParseAsync(CancellationToken cancellationToken) => SingleNode.RunAsync(
        _catalog,
        "CsvLoader",
        new JsonObject { ["path"] = FileName },
        new Dictionary<string, NodeValue>(),
        new RunContext { RunId = "bare", ProjectId = "default", StartTime = DateTimeOffset.UnixEpoch },
        _services,
        null,
        cancellationToken);

    private async Task WriteAsync(int rows, CancellationToken cancellationToken)
    {
        var text = new StringBuilder("symbol,date,open,high,low,close,volume,amount\n");
        var first = new DateOnly(1990, 1, 1);
        for (int i = 0; i < rows; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"600000.SH,{first.AddDays(i):yyyy-MM-dd},10.01,11.02,9.03,10.54,100000,1050000\n");
        }

        await File.WriteAllTextAsync(Path.Combine(folder, FileName), text.ToString(), cancellationToken);
    }
}
