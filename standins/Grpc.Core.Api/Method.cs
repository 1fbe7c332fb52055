using Grpc.Core.Utils;

namespace Grpc.Core;

/// <summary>A method of a service with the marshallers of its messages. Immutable.</summary>
/// <typeparam name="TRequest">The request message.</typeparam>
/// <typeparam name="TResponse">The response message.</typeparam>
/// <param name="type">Which sides stream.</param>
/// <param name="serviceName">The service with its package.</param>
/// <param name="name">The method without the service.</param>
/// <param name="requestMarshaller">Marshals requests.</param>
/// <param name="responseMarshaller">Marshals responses.</param>
public class Method<TRequest, TResponse>(
    MethodType type,
    string serviceName,
    string name,
    Marshaller<TRequest> requestMarshaller,
    Marshaller<TResponse> responseMarshaller) : IMethod
{
    /// <summary>Which sides stream.</summary>
    public MethodType Type { get; } = type;

    /// <summary>The service with its package.</summary>
    public string ServiceName { get; } = GrpcPreconditions.CheckNotNull(serviceName, nameof(serviceName))!;

    /// <summary>The method without the service.</summary>
    public string Name { get; } = GrpcPreconditions.CheckNotNull(name, nameof(name))!;

    /// <summary>Marshals requests.</summary>
    public Marshaller<TRequest> RequestMarshaller { get; } =
        GrpcPreconditions.CheckNotNull(requestMarshaller, nameof(requestMarshaller))!;

    /// <summary>Marshals responses.</summary>
    public Marshaller<TResponse> ResponseMarshaller { get; } =
        GrpcPreconditions.CheckNotNull(responseMarshaller, nameof(responseMarshaller))!;

    /// <summary><c>/package.Service/Method</c>, the path of the request.</summary>
    public string FullName { get; } = $"/{serviceName}/{name}";
}
