using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;

namespace EasyQuant.Gateway.Rest;

/// <summary>
/// Calls the owning service over gRPC, one channel a service; service discovery spreads the calls over its replicas. An
/// Unavailable answer is tried again twice, which the contracts allow. Thread-safe.
/// </summary>
/// <param name="owners">Which service answers which RPC.</param>
/// <param name="handlers">Makes HTTP handlers with service discovery.</param>
internal sealed class GrpcBackend(ServiceOwners owners, IHttpMessageHandlerFactory handlers) : IRpcBackend, IDisposable
{
    /// <summary>Name of the HTTP client whose handlers the channels use.</summary>
    public const string ClientName = "gateway-grpc";

    // Bounded by the number of services.
    private readonly ConcurrentDictionary<string, GrpcChannel> _channels = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<IMessage> CallAsync(MethodDescriptor method, IMessage request, CallOptions options)
    {
        using AsyncUnaryCall<IMessage> call = InvokerOf(method).AsyncUnaryCall(RpcMethods.Of(method), null, options, request);
        return await call.ResponseAsync;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<IMessage> StreamAsync(MethodDescriptor method, IMessage request, CallOptions options) =>
        ReadAsync(method, request, options, options.CancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (GrpcChannel channel in _channels.Values)
        {
            channel.Dispose();
        }
    }

    private async IAsyncEnumerable<IMessage> ReadAsync(
        MethodDescriptor method, IMessage request, CallOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using AsyncServerStreamingCall<IMessage> call = InvokerOf(method).AsyncServerStreamingCall(RpcMethods.Of(method), null, options, request);
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            yield return call.ResponseStream.Current;
        }
    }

    private CallInvoker InvokerOf(MethodDescriptor method) =>
        _channels.GetOrAdd(owners.OwnerOf(method.Service), CreateChannel).CreateCallInvoker();

    private GrpcChannel CreateChannel(string service) => GrpcChannel.ForAddress($"http://_grpc.{service}", new GrpcChannelOptions
    {
        HttpHandler = handlers.CreateHandler(ClientName),
        MaxReceiveMessageSize = GrpcExtensions.MessageBytesMax,
        MaxSendMessageSize = GrpcExtensions.MessageBytesMax,
        ServiceConfig = new ServiceConfig
        {
            MethodConfigs =
            {
                new MethodConfig
                {
                    Names = { MethodName.Default },
                    RetryPolicy = new RetryPolicy
                    {
                        MaxAttempts = 3,
                        InitialBackoff = TimeSpan.FromMilliseconds(100),
                        MaxBackoff = TimeSpan.FromSeconds(1),
                        BackoffMultiplier = 3,
                        RetryableStatusCodes = { StatusCode.Unavailable },
                    },
                },
            },
        },
    });
}
