using EasyQuant.Contracts.Worker.V1;
using EasyQuant.RunnerService.Grpc.Dispatch;
using EasyQuant.RunnerService.Processes;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>Measures this process and its child processes between two heartbeats. Not thread-safe.</summary>
internal sealed class ProcessLoad(ActiveRuns runs, LoadGuard guard, WorkerUsage usage, TimeProvider time)
{
    private TimeSpan _cpu = usage.Now().Cpu;
    private long _since = time.GetTimestamp();

    /// <summary>Returns the load since the last call; processor time as a share of all processors, 0 to 1.</summary>
    public WorkerLoad Measure()
    {
        (TimeSpan cpu, long memoryBytes) = usage.Now();
        long now = time.GetTimestamp();
        TimeSpan elapsed = time.GetElapsedTime(_since, now);
        double ratio = elapsed > TimeSpan.Zero ? (cpu - _cpu) / elapsed / Environment.ProcessorCount : 0;
        (_cpu, _since) = (cpu, now);
        return new WorkerLoad
        {
            CpuRatio = Math.Clamp(ratio, 0, 1),
            MemoryBytes = memoryBytes,
            RunningCount = runs.Count,
            SucceededCount = runs.SucceededCount,
            FailedCount = runs.FailedCount,
            Refusal = guard.Refusal(),
            AbandonedCount = runs.AbandonedCount,
        };
    }
}
