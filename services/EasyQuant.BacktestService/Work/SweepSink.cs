using EasyQuant.BacktestSandbox;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Engine;
using EasyQuant.Persistence.Faults;

namespace EasyQuant.BacktestService.Work;

/// <summary>Stores trials that have ended, in batches under the epoch of the sweep. Thread-safe.</summary>
/// <param name="lease">The sweep.</param>
/// <param name="context">The stores.</param>
/// <param name="scores">Takes what the trials are worth.</param>
/// <param name="keeps">Whether the daily returns of a trial are kept.</param>
internal sealed class SweepSink(BacktestLease lease, JobContext context, SweepScores scores, Func<SweepTask, bool> keeps)
{
    /// <summary>Trials that are stored at a time.</summary>
    public const int BatchSize = 64;

    private const int MessageLengthMax = 2000;

    /// <summary>Whether the daily returns of a trial are kept.</summary>
    public bool Keeps(SweepTask task) => keeps(task);

    /// <summary>Gives a trial its place in the ledger; null stays null.</summary>
    public CountedTrial? Count(Trial? trial) => trial is null ? null : new CountedTrial(context.NewId(), trial);

    /// <summary>Stores a batch; false when the epoch was stale.</summary>
    public async Task<bool> StoreAsync(IReadOnlyList<EndedTrial> ended, CancellationToken cancellationToken)
    {
        if (ended.Count == 0)
        {
            return true;
        }

        bool isOurs = await context.Leases.AddTrialsAsync(lease, [.. ended], context.Options.LeaseDuration, cancellationToken);
        foreach (EndedTrial one in ended)
        {
            scores.Add(one.Trial, one.Metrics);
        }

        Failpoints.Hit("sweep", ".batch");
        return isOurs;
    }

    /// <summary>Makes the record of a trial that failed.</summary>
    public static EndedTrial Failed(SweepTask task, SandboxFault fault) => new(
        task.Trial,
        task.Parameters.ToJsonString(),
        null,
        fault.Reason,
        fault.Message.Length <= MessageLengthMax ? fault.Message : fault.Message[..MessageLengthMax],
        null)
    {
        Stage = task.Stage,
    };
}
