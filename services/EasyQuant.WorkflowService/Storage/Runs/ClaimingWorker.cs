namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>Who asks for work.</summary>
/// <param name="WorkerId">UUID of its session.</param>
/// <param name="ProjectId">The only project whose runs it may take; empty for all.</param>
/// <param name="Name">Its name.</param>
/// <param name="Region">Its region, or empty.</param>
/// <param name="Labels">Its labels.</param>
internal sealed record ClaimingWorker(string WorkerId, string ProjectId, string Name, string Region, IReadOnlyDictionary<string, string> Labels);
