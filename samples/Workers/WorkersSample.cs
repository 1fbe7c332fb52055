using EasyQuant.Client;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Samples.Demo;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.Samples.Workers;

/// <summary>
/// Loads files of bars in the form of Tushare, one task a file, on whatever workers there are: on the best of several, on the only one, in this process when there is none, and
/// on another one when a worker dies with a task. Thread-safe.
/// </summary>
public sealed class WorkersSample
{
    /// <summary>What <see cref="FileCount.Where"/> says of this process.</summary>
    public const string Here = "here";

    private readonly TaskBridge _bridge;
    private readonly Metadata _headers;
    private readonly string _folder;

    /// <summary>Creates the sample; sends nothing.</summary>
    /// <param name="tasks">The calls.</param>
    /// <param name="headers">Sent with every call.</param>
    /// <param name="folder">Existing folder with the same files as the project's, for tasks that are executed in this process.</param>
    /// <param name="time">The clock.</param>
    public WorkersSample(TaskService.TaskServiceClient tasks, Metadata headers, string folder, TimeProvider time)
    {
        _bridge = new TaskBridge(tasks, LoadHereAsync, time);
        _headers = headers;
        _folder = folder;
    }

    /// <summary>Loads all files and says where each was loaded and how many bars it has.</summary>
    /// <param name="paths">Files below the project's folder.</param>
    /// <param name="prefix">Beginning of the tasks' ids; the same again gives what is known of the tasks.</param>
    /// <param name="atOnce">Tasks at a time, 1 to 64.</param>
    /// <param name="onEnd">Told of each task that has ended; null for nobody. Called from several threads.</param>
    /// <param name="cancellationToken">Stops waiting; tasks on workers go on.</param>
    /// <returns>One entry a file, in their order.</returns>
    /// <exception cref="SampleFailedException">A task failed.</exception>
    public async Task<IReadOnlyList<FileCount>> RunAsync(
        IReadOnlyList<string> paths, string prefix, int atOnce, Action<FileCount>? onEnd, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfLessThan(atOnce, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(atOnce, 64);
        var counts = new FileCount[paths.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, paths.Count), options, async (index, token) =>
        {
            var request = new ExecuteTaskRequest
            {
                TaskId = $"{prefix}-{index}",
                Type = "CsvLoader",
                Data = new Struct { Fields = { ["path"] = Value.ForString(paths[index]), ["profile"] = Value.ForString("tushare") } },
            };
            TaskOutcome outcome = await _bridge.ExecuteAsync(request, _headers, token);
            if (outcome.State != RunState.Succeeded)
            {
                throw new SampleFailedException($"Task {request.TaskId} ended as {outcome.State}: {outcome.Error?.Reason} {outcome.Error?.Message}");
            }

            counts[index] = new FileCount(paths[index], outcome.IsLocal ? Here : outcome.WorkerName, RowsOf(outcome.Outputs));
            onEnd?.Invoke(counts[index]);
        });
        return counts;
    }

    private static long RowsOf(Struct outputs) => (long)outputs.Fields["table"].StructValue.Fields["table"].StructValue.Fields["row_count"].NumberValue;

    // What the node CsvLoader does, by the same reader; the table is described as a worker describes it.
    private async Task<Struct> LoadHereAsync(ExecuteTaskRequest request, CancellationToken cancellationToken)
    {
        string path = request.Data.Fields["path"].StringValue;
        bool isNamed = Symbol.TryNormalize(Path.GetFileNameWithoutExtension(path), out Symbol symbol);
        byte[] file = await File.ReadAllBytesAsync(Path.Combine(_folder, path), cancellationToken);
        CsvBarResult bars = CsvBars.Read(file, new CsvBarOptions { Profile = CsvProfile.Tushare, Symbol = isNamed ? symbol : null });
        var reference = new Struct { Fields = { ["row_count"] = Value.ForNumber(bars.Table.RowCount) } };
        return new Struct { Fields = { ["table"] = Value.ForStruct(new Struct { Fields = { ["table"] = Value.ForStruct(reference) } }) } };
    }
}
