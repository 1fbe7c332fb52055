namespace EasyQuant.ServiceDefaults.Grpc;

/// <summary>Present in the container of a service that serves gRPC with our defaults.</summary>
internal sealed class GrpcServerDefaultsMarker;
