namespace EasyQuant.BacktestService.Storage;

/// <summary>A trial of a sweep that has ended: either with figures or with an error.</summary>
/// <param name="Trial">Its number within the sweep, from 0.</param>
/// <param name="Parameters">JSON of all parameters.</param>
/// <param name="Metrics">JSON of the figures; null when it failed.</param>
/// <param name="ErrorReason">UPPER_SNAKE; null when it succeeded.</param>
/// <param name="ErrorMessage">For people; null when it succeeded.</param>
/// <param name="Counted">What the ledger counts; null when it failed.</param>
/// <param name="DailyReturns">Doubles, little endian, oldest first; null when they are not kept.</param>
internal sealed record EndedTrial(
    int Trial, string Parameters, string? Metrics, string? ErrorReason, string? ErrorMessage, CountedTrial? Counted, byte[]? DailyReturns = null)
{
    /// <summary>Where in the sweep it stands.</summary>
    public TrialStage Stage { get; init; } = TrialStage.Plain;
}
