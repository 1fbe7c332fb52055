namespace EasyQuant.SchedulerService.Schedules;

/// <summary>What one round decided about one schedule.</summary>
internal sealed record FiringReport(string ScheduleName, string ProjectId, IReadOnlyList<FiringRecord> Firings)
{
    public int FiredCount => Firings.Count(firing => firing.State == FiringRecord.Pending);

    public int SkippedCount => Firings.Where(firing => firing.State == FiringRecord.Skipped).Sum(firing => firing.CoveredCount);
}
