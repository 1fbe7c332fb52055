namespace Aspire.Hosting.Local;

internal sealed record ProjectPathMetadata(string ProjectPath) : IProjectMetadata;
