namespace EasyQuant.Scheduling;

/// <summary>Chooses a worker: fitting ones first by preferred region, then by the share of capacity in use, processor load, memory and name.</summary>
public static class PlacementPolicy
{
    /// <summary>Chooses the best worker.</summary>
    /// <param name="request">What the work needs.</param>
    /// <param name="workers">The pool in any order.</param>
    /// <returns>The choice; the same for the same pool, whatever its order.</returns>
    public static PlacementResult Choose(PlacementRequest request, IEnumerable<WorkerCandidate> workers)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(workers);
        WorkerCandidate? best = null;
        var refusals = new List<string>();
        foreach (WorkerCandidate worker in workers.OrderBy(worker => worker.Name, StringComparer.Ordinal))
        {
            if (Refuse(request, worker) is { } refusal)
            {
                refusals.Add($"Worker {worker.Name} {refusal}.");
            }
            else if (best is null || Compare(request, worker, best) < 0)
            {
                best = worker;
            }
        }

        return new PlacementResult(best, best is null ? refusals : []);
    }

    private static string? Refuse(PlacementRequest request, WorkerCandidate worker)
    {
        if (!worker.IsAvailable)
        {
            return "takes no work";
        }

        if (worker.RunningCount >= worker.Capacity)
        {
            return $"is full: {worker.RunningCount} of {worker.Capacity}";
        }

        if (request.IsRegionRequired && worker.Region != request.Region)
        {
            return $"is in region '{worker.Region}', needed is '{request.Region}'";
        }

        foreach ((string key, string value) in request.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
        {
            string? has = worker.Labels.GetValueOrDefault(key);
            if (has != value)
            {
                return has is null ? $"lacks label {key}={value}" : $"has label {key}={has}, needed is {value}";
            }
        }

        string? missing = request.NodeTypes.FirstOrDefault(type => !worker.NodeTypes.Contains(type));
        return missing is null ? null : $"cannot execute node type {missing}";
    }

    private static int Compare(PlacementRequest request, WorkerCandidate left, WorkerCandidate right)
    {
        int region = (right.Region == request.Region).CompareTo(left.Region == request.Region);
        if (region != 0)
        {
            return region;
        }

        // Cross-multiplied shares compare exactly.
        int share = ((long)left.RunningCount * right.Capacity).CompareTo((long)right.RunningCount * left.Capacity);
        int load = share != 0 ? share : left.CpuRatio.CompareTo(right.CpuRatio);
        return load != 0 ? load : left.MemoryBytes.CompareTo(right.MemoryBytes);
    }
}
