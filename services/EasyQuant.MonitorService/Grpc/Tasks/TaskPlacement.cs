using EasyQuant.Contracts.Run.V1;
using EasyQuant.MonitorService.Pool;
using EasyQuant.Scheduling;

namespace EasyQuant.MonitorService.Grpc.Tasks;

/// <summary>Chooses the worker that a task prefers. Pure.</summary>
internal static class TaskPlacement
{
    /// <summary>Adds the best worker of the pool to the wish, unless the caller named one or none fits now.</summary>
    /// <param name="wish">What the caller asked for; null for anything.</param>
    /// <param name="nodeTypes">Node types that the worker must know; empty when that is not known.</param>
    /// <param name="pool">The workers.</param>
    /// <returns>The wish for the run; null for any worker.</returns>
    public static RunPlacement? Choose(RunPlacement? wish, IReadOnlyList<string> nodeTypes, IEnumerable<WorkerRecord> pool)
    {
        if (wish is { Worker.Length: > 0 })
        {
            return wish;
        }

        var request = new PlacementRequest
        {
            Region = wish?.Region ?? "",
            IsRegionRequired = wish?.RegionRequired ?? false,
            Labels = wish?.Labels ?? [],
            NodeTypes = nodeTypes,
        };
        if (PlacementPolicy.Choose(request, pool.Select(Candidate)).Worker is not { } best)
        {
            return wish;
        }

        RunPlacement placed = wish?.Clone() ?? new RunPlacement();
        placed.Worker = best.Name;
        return placed;
    }

    /// <summary>Says whether a worker takes a task now.</summary>
    public static bool IsAvailable(WorkerRecord worker) =>
        worker.Status is WorkerStatus.Idle or WorkerStatus.Busy && worker.Load is not { Refusal.Length: > 0 } && (worker.Load?.RunningCount ?? 0) + (worker.Load?.AbandonedCount ?? 0) < worker.Registration.Capacity;

    private static WorkerCandidate Candidate(WorkerRecord worker) => new()
    {
        Name = worker.Registration.Name,
        Region = worker.Registration.Region,
        Labels = worker.Registration.Labels,
        NodeTypes = worker.Registration.NodeTypes.ToHashSet(StringComparer.Ordinal),
        Capacity = worker.Registration.Capacity,
        RunningCount = worker.Load?.RunningCount ?? 0,
        CpuRatio = worker.Load?.CpuRatio ?? 0,
        MemoryBytes = worker.Load?.MemoryBytes ?? 0,
        IsAvailable = IsAvailable(worker),
    };
}
