using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestSandbox.Frames;
using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Sandbox;
using EasyQuant.BacktestService.Storage;

namespace EasyQuant.BacktestService.Work;

/// <summary>Runs trials of a strategy of a user in several sandbox processes side by side, many trials a process.</summary>
/// <param name="spec">The backtest of every trial.</param>
/// <param name="source">The strategy.</param>
/// <param name="market">The bars.</param>
/// <param name="context">The sandbox.</param>
/// <param name="sink">Stores what has ended.</param>
internal sealed class SandboxTrials(CheckedSpec spec, SourceRecord source, JobMarket market, JobContext context, SweepSink sink)
{
    private const int ChunkMax = 64;

    private static readonly TimeSpan s_storeInterval = TimeSpan.FromSeconds(2);

    // Pieces a process, so that the last ones end at about the same time.
    private const int PiecesEach = 4;

    /// <summary>Runs trials; false when the epoch was stale.</summary>
    public async Task<bool> RunAsync(IReadOnlyList<SweepTask> tasks, CancellationToken cancellationToken)
    {
        int processes = Math.Clamp(Math.Min(context.Users.ProcessCountMax, Environment.ProcessorCount), 1, Math.Max(1, tasks.Count));
        int size = Math.Clamp((tasks.Count + (processes * PiecesEach) - 1) / (processes * PiecesEach), 1, ChunkMax);
        bool isOurs = true;
        var parallel = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = processes };
        await Parallel.ForEachAsync(tasks.Chunk(size), parallel, async (chunk, token) =>
        {
            if (Volatile.Read(ref isOurs) && !await RunChunkAsync(chunk, token))
            {
                Volatile.Write(ref isOurs, false);
            }
        });
        return isOurs;
    }

    private async Task<bool> RunChunkAsync(SweepTask[] chunk, CancellationToken cancellationToken)
    {
        var waiting = new Queue<SweepTask>(chunk);
        while (waiting.Count > 0)
        {
            List<EndedTrial> ended = [];
            int countBefore = waiting.Count;
            long storeTime = context.Time.GetTimestamp();
            bool isOurs = true;
            SandboxException? fault = null;
            try
            {
                SandboxTrial[] round = [.. waiting.Select(task => new SandboxTrial(
                    task.Trial, (JsonObject)task.Parameters.DeepClone(), task.Stage.StartDate, task.Stage.EndDate))];
                await context.Users.RunAsync(
                    SandboxJobs.Of(spec, source, round), source.Assembly, source.Symbols, market.ForSandbox, _ => { }, TakeAsync, cancellationToken);
            }
            catch (SandboxException e) when (e.Reason != "SANDBOX_UNAVAILABLE")
            {
                fault = e;
            }

            // A process that dies in its first trial dies of it; after others it may only have been used up, and the trial gets a process of its own.
            if (fault is not null && waiting.Count == countBefore)
            {
                ended.Add(SweepSink.Failed(waiting.Dequeue(), new SandboxFault(fault.Reason, fault.Message)));
            }

            if (!isOurs || !await sink.StoreAsync(ended, cancellationToken))
            {
                return false;
            }

            async ValueTask TakeAsync(TrialResult result)
            {
                if (waiting.Count == 0 || result.Trial != waiting.Peek().Trial)
                {
                    throw new FrameException($"The strategy's process reported trial {result.Trial} out of order.");
                }

                ended.Add(ToEnded(result, waiting.Dequeue()));
                // A kill costs seconds of work, however long a trial takes.
                if (context.Time.GetElapsedTime(storeTime) >= s_storeInterval)
                {
                    isOurs = isOurs && await sink.StoreAsync(ended, cancellationToken);
                    ended.Clear();
                    storeTime = context.Time.GetTimestamp();
                }
            }
        }

        return true;
    }

    private EndedTrial ToEnded(TrialResult result, SweepTask task)
    {
        if (result.Fault is { } fault)
        {
            return SweepSink.Failed(task, fault);
        }

        Engine.Trial? counted = TrialReader.Read(result.Counted, spec.Family);
        return new EndedTrial(
            task.Trial,
            counted?.Parameters ?? task.Parameters.ToJsonString(),
            (result.Metrics ?? []).ToJsonString(),
            null,
            null,
            sink.Count(counted),
            sink.Keeps(task) && result.DailyReturns is { } returns && returns.All(double.IsFinite) ? MemoryMarshal.AsBytes<double>(returns).ToArray() : null)
        {
            Stage = task.Stage,
        };
    }
}
