namespace Aspire.Hosting.ApplicationModel;

/// <summary>An HTTP/1.1 GET that tells whether a replica is healthy.</summary>
internal sealed record HttpHealthCheckAnnotation(string Path, int StatusCode, string? EndpointName) : IResourceAnnotation;
