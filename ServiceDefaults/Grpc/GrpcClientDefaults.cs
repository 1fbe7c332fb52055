using System.ComponentModel.DataAnnotations;

namespace EasyQuant.ServiceDefaults.Grpc;

/// <summary>Defaults of the gRPC clients that services call each other with; section <c>GrpcClients</c>.</summary>
public sealed class GrpcClientDefaults
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "GrpcClients";

    /// <summary>Deadline of unary calls that set none; 1 s to 10 min, 30 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan UnaryDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Silence of a connection with calls under way after which it is asked whether it lives; 1 s to 10 min, 10 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the answer may take until the connection is given up and a new one is opened; 1 s to 10 min, 5 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
