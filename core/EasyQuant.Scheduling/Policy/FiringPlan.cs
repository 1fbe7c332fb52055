namespace EasyQuant.Scheduling;

/// <summary>What to write about the overdue times of a schedule.</summary>
/// <param name="Firings">Decisions in order of their nominal times; every overdue time up to the next one is covered once.</param>
/// <param name="NextNominal">First nominal time that the plan does not decide; it may be overdue itself. Null when the rule has ended.</param>
/// <param name="CancelsOthers">Whether the active runs are to be cancelled before the fired ones start.</param>
public sealed record FiringPlan(IReadOnlyList<PlannedFiring> Firings, DateTimeOffset? NextNominal, bool CancelsOthers);
