namespace EasyQuant.Scheduling;

/// <summary>The worker that was chosen, or why each was refused.</summary>
/// <param name="Worker">The chosen worker, or null.</param>
/// <param name="Refusals">One sentence for each worker that was refused, in order of name; empty when one was chosen.</param>
public sealed record PlacementResult(WorkerCandidate? Worker, IReadOnlyList<string> Refusals);
