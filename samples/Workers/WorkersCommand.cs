using System.Globalization;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Samples.Demo;
using EasyQuant.Samples.Market;
using Grpc.Core;
using Grpc.Net.Client;

namespace EasyQuant.Samples.Workers;

/// <summary><c>workers --server ADDRESS --key KEY</c>: loads the sample market, one task a file, and prints where each task was executed.</summary>
public static class WorkersCommand
{
    /// <summary>How it is called.</summary>
    public const string Usage = "workers --server GRPC_ADDRESS (--key KEY | --key-file FILE) [--folder DIR] [--at-once 1..64]";

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(10);

    /// <summary>Writes the market to the folder and to the platform, runs the tasks, prints a line a task and the sums of each worker.</summary>
    /// <param name="args">Arguments after <c>workers</c>.</param>
    /// <param name="cancellationToken">Stops waiting; tasks on workers go on.</param>
    /// <returns>0; 1 when a task failed; 2 when the arguments are wrong.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(args);
        string? key = Value(args, "--key") ?? (Value(args, "--key-file") is { } file ? (await File.ReadAllTextAsync(file, cancellationToken)).Trim() : null);
        if (args.Length % 2 != 0 || key is null || !Uri.TryCreate(Value(args, "--server"), UriKind.Absolute, out Uri? address)
            || !int.TryParse(Value(args, "--at-once") ?? "8", NumberStyles.None, CultureInfo.InvariantCulture, out int atOnce) || atOnce is < 1 or > 64)
        {
            await Console.Error.WriteLineAsync("usage: dotnet run --project samples -- " + Usage);
            return 2;
        }

        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_deadline);
        try
        {
            string folder = Path.GetFullPath(Value(args, "--folder") ?? "workers-data");
            IReadOnlyList<string> paths = await PrepareAsync(address, key, folder, deadline.Token);
            using GrpcChannel channel = GrpcChannel.ForAddress(address);
            var sample = new WorkersSample(new TaskService.TaskServiceClient(channel), new Metadata { { "authorization", "Bearer " + key } }, folder, TimeProvider.System);
            IReadOnlyList<FileCount> counts = await sample.RunAsync(
                paths, $"load-{Guid.CreateVersion7():N}", atOnce, count => Console.Out.WriteLine($"{Name(count.Where),-24} {count.RowCount,6} {count.Path}"), deadline.Token);
            foreach (IGrouping<string, FileCount> share in counts.GroupBy(count => count.Where).OrderBy(share => share.Key, StringComparer.Ordinal))
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Name(share.Key)}: {share.Count()} tasks, {share.Sum(count => count.RowCount)} bars"));
            }

            return 0;
        }
        catch (Exception e) when (e is RpcException or SampleFailedException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            await Console.Error.WriteLineAsync("workers: " + e.Message);
            return 1;
        }
    }

    // Also when there is no platform: then the tasks are executed with the files of the folder.
    private static async Task<IReadOnlyList<string>> PrepareAsync(Uri address, string key, string folder, CancellationToken cancellationToken)
    {
        SampleFile[] files = [.. SyntheticMarket.Generate(SampleData.Seed, SampleData.SymbolCount, SampleData.DayCount).Files.Where(file => file.Path.StartsWith("tushare/", StringComparison.Ordinal))];
        using PlatformClient client = new(address, key);
        bool isThere = true;
        foreach (SampleFile file in files)
        {
            string path = Path.Combine(folder, SampleData.Folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, file.Content, cancellationToken);
            try
            {
                if (isThere)
                {
                    await client.UploadAsync($"{SampleData.Folder}/{file.Path}", file.Content, cancellationToken);
                }
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
            {
                Console.Out.WriteLine($"There is no platform at {address}: the tasks are executed here. / 平台不可用，任务在本机执行。");
                isThere = false;
            }
        }

        return [.. files.Select(file => $"{SampleData.Folder}/{file.Path}")];
    }

    private static string Name(string where) => where.Length == 0 ? "(left the pool)" : where;

    private static string? Value(string[] args, string name)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
