namespace EasyQuant.Scheduling;

/// <summary>What the planner must know about a schedule.</summary>
/// <param name="NextNominal">First nominal time about which nothing was decided yet.</param>
/// <param name="IsPaused">Whether the schedule is paused.</param>
/// <param name="ActiveCount">Fired nominal times whose run has not ended.</param>
/// <param name="WaitingCount">Nominal times that wait for a run to end.</param>
public sealed record FiringState(DateTimeOffset NextNominal, bool IsPaused, int ActiveCount, int WaitingCount);
