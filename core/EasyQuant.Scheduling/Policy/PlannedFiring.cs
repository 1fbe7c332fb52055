namespace EasyQuant.Scheduling;

/// <summary>A decision about one nominal time, or about a run of skipped ones.</summary>
/// <param name="Nominal">The nominal time; the first of them for a run.</param>
/// <param name="Decision">What was decided.</param>
/// <param name="CoveredCount">Nominal times that the decision stands for: 1, or more for a long run of skipped times.</param>
/// <param name="CoveredUntil">The last nominal time that it stands for, included.</param>
public sealed record PlannedFiring(DateTimeOffset Nominal, FiringDecision Decision, int CoveredCount, DateTimeOffset CoveredUntil);
