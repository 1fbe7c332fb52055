using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace EasyQuant.Gateway.Rest;

/// <summary>Calls the service that owns an RPC. Thread-safe.</summary>
internal interface IRpcBackend
{
    /// <summary>Makes a unary call.</summary>
    /// <param name="method">The RPC.</param>
    /// <param name="request">Its request.</param>
    /// <param name="options">Deadline, metadata and cancellation.</param>
    /// <returns>The response.</returns>
    /// <exception cref="RpcException">The call failed.</exception>
    Task<IMessage> CallAsync(MethodDescriptor method, IMessage request, CallOptions options);

    /// <summary>Makes a server-streaming call; leaving the enumeration cancels it.</summary>
    /// <param name="method">The RPC.</param>
    /// <param name="request">Its request.</param>
    /// <param name="options">Deadline, metadata and cancellation.</param>
    /// <returns>The responses as they come. Enumerating throws <see cref="RpcException"/> when the call fails.</returns>
    IAsyncEnumerable<IMessage> StreamAsync(MethodDescriptor method, IMessage request, CallOptions options);
}
