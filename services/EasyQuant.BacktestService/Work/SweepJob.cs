using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Sandbox;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Engine;
using EasyQuant.Persistence.Faults;

namespace EasyQuant.BacktestService.Work;

/// <summary>
/// One sweep. Trials are stored in batches under the epoch, so a sweep whose service was killed goes on with the trials that are
/// missing. Shipped strategies run here on all processors over one panel, strategies of users in the sandbox, one process for many trials.
/// </summary>
internal sealed class SweepJob(BacktestLease lease, JobContext context) : IJob
{
    private const int BatchSize = 64;
    private const int SandboxTrialsMax = 256;
    private const int AssessmentBlocks = 16;

    // Doubles of daily returns that a sweep keeps, about 32 MB.
    private const long ReturnsMax = 4_000_000;

    private int _doneCount;
    private int _trialCount = 1;
    private bool _keepsReturns;

    /// <inheritdoc />
    public double Progress => (double)Volatile.Read(ref _doneCount) / Volatile.Read(ref _trialCount);

    /// <inheritdoc />
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        CheckedSweep sweep = await context.Specs.ReadSweepAsync(lease.Spec, lease.ProjectId, cancellationToken);
        using JobMarket rows = await JobData.ReadAsync(context, lease.ProjectId, sweep.Base, cancellationToken);
        IReadOnlyList<JsonObject> trials = SweepPlan.Trials(sweep);
        HashSet<int> done = await context.Sweeps.DoneAsync(lease.BacktestId, cancellationToken);
        Volatile.Write(ref _trialCount, Math.Max(1, trials.Count));
        Volatile.Write(ref _doneCount, done.Count);
        _keepsReturns = (long)trials.Count * rows.Days.Count <= ReturnsMax;
        int[] open = [.. Enumerable.Range(0, trials.Count).Where(trial => !done.Contains(trial))];
        bool isOurs = sweep.Base.Source is { } source
            ? await RunInSandboxAsync(sweep.Base, source, trials, open, rows, cancellationToken)
            : await RunHereAsync(sweep.Base, trials, open, rows, cancellationToken);
        return isOurs && await context.Leases.SucceedPlainAsync(lease, await AssessAsync(sweep, cancellationToken), cancellationToken);
    }

    private async Task<bool> RunHereAsync(
        CheckedSpec spec, IReadOnlyList<JsonObject> trials, int[] open, JobMarket rows, CancellationToken cancellationToken)
    {
        MarketPanel panel = await Task.Run(() => rows.Panel(cancellationToken), cancellationToken);
        var parallel = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        foreach (int[] batch in open.Chunk(BatchSize))
        {
            var ended = new EndedTrial[batch.Length];
            await Task.Run(
                () => Parallel.For(0, batch.Length, parallel, i => ended[i] = Compute(spec, batch[i], trials[batch[i]])), cancellationToken);
            if (!await StoreAsync(ended, cancellationToken))
            {
                return false;
            }
        }

        return true;

        EndedTrial Compute(CheckedSpec one, int trial, JsonObject parameters)
        {
            try
            {
                BacktestResult result = Backtester.Run(panel, one.Strategy, (JsonObject)parameters.DeepClone(), one.Settings, one.Rules.Book, null, cancellationToken);
                double[] returns = DailyReturns.Of(result.Statistics.InitialEquity, result.Run.Equity);
                return new EndedTrial(
                    trial,
                    result.Manifest.Parameters.ToJsonString(),
                    MetricsJson.Write(result.Statistics).ToJsonString(),
                    null,
                    null,
                    new CountedTrial(context.NewId(), Trial.Of(result, one.Family)),
                    _keepsReturns ? MemoryMarshal.AsBytes(returns).ToArray() : null);
            }
            catch (Exception e) when (FaultExplanation.Of(e) is { } fault)
            {
                return Failed(trial, parameters, fault);
            }
        }
    }

    private async Task<bool> RunInSandboxAsync(
        CheckedSpec spec, SourceRecord source, IReadOnlyList<JsonObject> trials, int[] open, JobMarket rows, CancellationToken cancellationToken)
    {
        var waiting = new Queue<int>(open);
        bool isOurs = true;
        while (waiting.Count > 0 && isOurs)
        {
            List<SandboxTrial> round = [.. waiting.Take(SandboxTrialsMax).Select(trial => new SandboxTrial(trial, (JsonObject)trials[trial].DeepClone()))];
            List<EndedTrial> ended = [];
            int countBefore = waiting.Count;
            SandboxException? fault = null;
            try
            {
                await context.Users.RunAsync(SandboxJobs.Of(spec, source, round), source.Assembly, source.Symbols, rows.ForSandbox, _ => { }, TakeAsync, cancellationToken);
            }
            catch (SandboxException e) when (e.Reason != "SANDBOX_UNAVAILABLE")
            {
                fault = e;
            }

            // A process that dies in its first trial dies of it; after others it may only have been used up, and the trial gets a process of its own.
            if (fault is not null && waiting.Count == countBefore)
            {
                int trial = waiting.Dequeue();
                ended.Add(Failed(trial, trials[trial], new SandboxFault(fault.Reason, fault.Message)));
            }

            isOurs = isOurs && await StoreAsync(ended, cancellationToken);

            async ValueTask TakeAsync(TrialResult result)
            {
                if (waiting.Count == 0 || result.Trial != waiting.Peek())
                {
                    throw new BacktestSandbox.Frames.FrameException($"The strategy's process reported trial {result.Trial} out of order.");
                }

                waiting.Dequeue();
                ended.Add(ToEnded(result, spec, trials[result.Trial]));
                if (ended.Count == BatchSize)
                {
                    isOurs = isOurs && await StoreAsync(ended, cancellationToken);
                    ended.Clear();
                }
            }
        }

        return isOurs;
    }

    private EndedTrial ToEnded(TrialResult result, CheckedSpec spec, JsonObject parameters)
    {
        if (result.Fault is { } fault)
        {
            return Failed(result.Trial, parameters, fault);
        }

        Trial? counted = TrialReader.Read(result.Counted, spec.Family);
        return new EndedTrial(
            result.Trial,
            counted?.Parameters ?? parameters.ToJsonString(),
            (result.Metrics ?? []).ToJsonString(),
            null,
            null,
            counted is null ? null : new CountedTrial(context.NewId(), counted),
            _keepsReturns && result.DailyReturns is { } returns && returns.All(double.IsFinite) ? MemoryMarshal.AsBytes<double>(returns).ToArray() : null);
    }

    private static EndedTrial Failed(int trial, JsonObject parameters, SandboxFault fault) =>
        new(trial, parameters.ToJsonString(), null, fault.Reason, fault.Message.Length <= 2000 ? fault.Message : fault.Message[..2000], null);

    private async Task<bool> StoreAsync(IReadOnlyList<EndedTrial> ended, CancellationToken cancellationToken)
    {
        if (ended.Count == 0)
        {
            return true;
        }

        bool isOurs = await context.Leases.AddTrialsAsync(lease, [.. ended], context.Options.LeaseDuration, cancellationToken);
        Interlocked.Add(ref _doneCount, ended.Count);
        Failpoints.Hit("sweep", ".batch");
        return isOurs;
    }

    private async Task<string> AssessAsync(CheckedSweep sweep, CancellationToken cancellationToken)
    {
        List<(int Trial, byte[] Returns)> rows = await context.Sweeps.ReturnsAsync(lease.BacktestId, cancellationToken);
        if (rows.Count == 0 || rows.Any(row => row.Returns.Length != rows[0].Returns.Length))
        {
            return "{}";
        }

        double[][] returns = [.. rows.Select(row => MemoryMarshal.Cast<byte, double>(row.Returns).ToArray())];
        SweepAssessment assessment = await Task.Run(
            () => SweepAssessment.Of(returns, default, AssessmentBlocks, cancellationToken), cancellationToken);
        JsonObject json = assessment.ToJson();
        json.Remove("best_index");
        json["best_trial"] = rows[assessment.BestIndex].Trial;
        return json.ToJsonString();
    }
}
