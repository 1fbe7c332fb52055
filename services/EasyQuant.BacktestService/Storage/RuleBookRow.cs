namespace EasyQuant.BacktestService.Storage;

/// <summary>A rule book of a project.</summary>
/// <param name="Version">Its version.</param>
/// <param name="RuleCount">Number of rows.</param>
/// <param name="CreateTime">When it was added.</param>
/// <param name="Content">JSON text; empty in lists.</param>
internal sealed record RuleBookRow(string Version, int RuleCount, DateTimeOffset CreateTime, string Content);
