using EasyQuant.Contracts.Worker.V1;
using EasyQuant.RunnerService.Grpc.Dispatch;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>Measures this process between two heartbeats. Not thread-safe.</summary>
internal sealed class ProcessLoad(ActiveRuns runs, LoadGuard guard, TimeProvider time)
{
    private TimeSpan _cpu = Environment.CpuUsage.TotalTime;
    private long _since = time.GetTimestamp();

    /// <summary>Returns the load since the last call; processor time as a share of all processors, 0 to 1.</summary>
    public WorkerLoad Measure()
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long now = time.GetTimestamp();
        TimeSpan elapsed = time.GetElapsedTime(_since, now);
        double ratio = elapsed > TimeSpan.Zero ? (cpu - _cpu) / elapsed / Environment.ProcessorCount : 0;
        (_cpu, _since) = (cpu, now);
        return new WorkerLoad
        {
            CpuRatio = Math.Clamp(ratio, 0, 1),
            MemoryBytes = Environment.WorkingSet,
            RunningCount = runs.Count,
            SucceededCount = runs.SucceededCount,
            FailedCount = runs.FailedCount,
            Refusal = guard.Refusal(),
        };
    }
}
