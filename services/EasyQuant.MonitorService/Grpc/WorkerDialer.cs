using EasyQuant.Contracts.Worker.V1;
using EasyQuant.MonitorService.Pool;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.ServiceDefaults.Security;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace EasyQuant.MonitorService.Grpc;

/// <summary>Opens the stream to a worker that listens and runs its session. Thread-safe.</summary>
internal sealed class WorkerDialer(SessionRunner runner, InternalCredential credential, TimeProvider time)
{
    private static readonly TimeSpan s_handshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Returns when the worker said good-bye.</summary>
    /// <param name="address">Where to dial, and the project that the worker serves.</param>
    /// <param name="onConnected">Called when the worker has proved that it belongs to the installation.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    /// <exception cref="RpcException">The worker cannot be reached, or the session ended.</exception>
    public async Task RunAsync(DialedAddress address, Func<Task> onConnected, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingDelay = TimeSpan.FromSeconds(10),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            UseProxy = false,
        };
        using GrpcChannel channel = GrpcChannel.ForAddress($"{(address.IsTls ? "https" : "http")}://{address.Address}", new GrpcChannelOptions
        {
            HttpHandler = handler,
            MaxReceiveMessageSize = GrpcExtensions.MessageBytesMax,
            MaxSendMessageSize = GrpcExtensions.MessageBytesMax,
        });
        using AsyncDuplexStreamingCall<AttachRequest, AttachResponse> call = new AttachService.AttachServiceClient(channel).Attach(cancellationToken: cancellationToken);
        await ShakeHandsAsync(call, cancellationToken).WaitAsync(s_handshakeTimeout, time, cancellationToken);
        await onConnected();
        var stream = new AttachedStream(call);
        await runner.RunAsync(address.ProjectId, address.ProjectId, stream, stream, cancellationToken);
        await call.RequestStream.CompleteAsync();
    }

    private async Task ShakeHandsAsync(AsyncDuplexStreamingCall<AttachRequest, AttachResponse> call, CancellationToken cancellationToken)
    {
        byte[] own = CredentialProof.NewNonce();
        await call.RequestStream.WriteAsync(new AttachRequest { Nonce = ByteString.CopyFrom(own) }, cancellationToken);
        if (!await call.ResponseStream.MoveNext(cancellationToken))
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The worker closed the stream."));
        }

        AttachResponse hello = call.ResponseStream.Current;
        if (!CredentialProof.IsValid(credential, CredentialProof.Worker, own, hello.Nonce.Span, hello.Proof.Span))
        {
            throw new RpcException(new Status(StatusCode.Unauthenticated, "What answers there does not know the secret of this installation."));
        }

        byte[] proof = CredentialProof.Create(credential, CredentialProof.Platform, hello.Nonce.Span, own);
        await call.RequestStream.WriteAsync(new AttachRequest { Proof = ByteString.CopyFrom(proof) }, cancellationToken);
    }
}
