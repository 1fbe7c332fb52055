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
}
