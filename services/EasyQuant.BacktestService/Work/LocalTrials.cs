using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Engine;

namespace EasyQuant.BacktestService.Work;

/// <summary>Runs trials of a shipped strategy in the fast engine on all processors, over one panel that they share.</summary>
/// <param name="spec">The backtest of every trial.</param>
/// <param name="panel">The market.</param>
/// <param name="sink">Stores what has ended.</param>
internal sealed class LocalTrials(CheckedSpec spec, MarketPanel panel, SweepSink sink)
{
    /// <summary>Runs trials; false when the epoch was stale.</summary>
    public async Task<bool> RunAsync(IReadOnlyList<SweepTask> tasks, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        // While a batch is stored the next one is computed.
        Task<bool> storing = Task.FromResult(true);
        try
        {
            foreach (SweepTask[] batch in tasks.Chunk(SweepSink.BatchSize))
            {
                var ended = new EndedTrial[batch.Length];
                await Task.Run(() => Parallel.For(0, batch.Length, parallel, i => ended[i] = Compute(batch[i], cancellationToken)), cancellationToken);
                if (!await storing)
                {
                    return false;
                }

                storing = sink.StoreAsync(ended, cancellationToken);
            }
        }
        finally
        {
            await ((Task)storing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return await storing;
    }

    private EndedTrial Compute(SweepTask task, CancellationToken cancellationToken)
    {
        try
        {
            BacktestSettings settings = new SandboxTrial(task.Trial, task.Parameters, task.Stage.StartDate, task.Stage.EndDate).Within(spec.Settings);
            BacktestResult result = Backtester.Run(
                panel, spec.Strategy, (JsonObject)task.Parameters.DeepClone(), settings, spec.Rules.Book, null, cancellationToken);
            double[] returns = DailyReturns.Of(result.Statistics.InitialEquity, result.Run.Equity);
            return new EndedTrial(
                task.Trial,
                result.Manifest.Parameters.ToJsonString(),
                MetricsJson.Write(result.Statistics).ToJsonString(),
                null,
                null,
                sink.Count(Trial.Of(result, spec.Family)),
                sink.Keeps(task) ? MemoryMarshal.AsBytes(returns).ToArray() : null)
            {
                Stage = task.Stage,
            };
        }
        catch (Exception e) when (FaultExplanation.Of(e) is { } fault)
        {
            return SweepSink.Failed(task, fault);
        }
    }
}
