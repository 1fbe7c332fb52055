namespace EasyQuant.RunnerService.Storage;

/// <summary>The schema of a project and what stands in it. Immutable.</summary>
/// <param name="Name">Name of the schema.</param>
/// <param name="Role">Role that owns it.</param>
/// <param name="HasEffects">Whether it has the table of effects.</param>
/// <param name="HasStreams">Whether it has the tables of streams.</param>
internal sealed record ProjectSchema(string Name, string Role, bool HasEffects, bool HasStreams);
