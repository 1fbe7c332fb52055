namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Which health is served and how.</summary>
public sealed class GrpcHealthChecksOptions
{
    /// <summary>The services whose health is served. Default: the server as a whole, with every check.</summary>
    public ServiceMappingCollection Services { get; } = [];

    /// <summary>True to answer with the last published results instead of running the checks for each call. Default false.</summary>
    public bool UseHealthChecksCache { get; set; }

    /// <summary>True to leave watching calls open while the application stops. Default false: they see NOT_SERVING and end.</summary>
    public bool SuppressCompletionOnShutdown { get; set; }
}
