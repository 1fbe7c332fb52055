using EasyQuant.Contracts.Worker.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Security;
using Google.Protobuf;
using Grpc.Core;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>Serves the platform that dials this worker; a newer stream of the platform ends the older one. Thread-safe.</summary>
internal sealed class AttachGrpc(WorkerConversation conversation, AttachPlace place, InternalCredential credential, IHostApplicationLifetime lifetime, TimeProvider time)
    : AttachService.AttachServiceBase
{
    private static readonly TimeSpan s_handshakeTimeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override async Task Attach(IAsyncStreamReader<AttachRequest> requestStream, IServerStreamWriter<AttachResponse> responseStream, ServerCallContext context)
    {
        if (!await IsOursAsync(requestStream, responseStream, context.CancellationToken).WaitAsync(s_handshakeTimeout, time, context.CancellationToken))
        {
            throw new RpcError(StatusCode.Unauthenticated, "PROOF_INVALID", "The caller does not know the secret of this worker's installation.");
        }

        using CancellationTokenSource mine = place.Take(context.CancellationToken, lifetime.ApplicationStopping);
        await conversation.RunAsync(new AttachedStream(requestStream, responseStream), mine.Token);
    }

    private async Task<bool> IsOursAsync(IAsyncStreamReader<AttachRequest> requests, IServerStreamWriter<AttachResponse> responses, CancellationToken cancellationToken)
    {
        if (!await requests.MoveNext(cancellationToken) || requests.Current.Nonce.Length != CredentialProof.NonceBytes)
        {
            return false;
        }

        byte[] theirs = requests.Current.Nonce.ToByteArray();
        byte[] own = CredentialProof.NewNonce();
        byte[] proof = CredentialProof.Create(credential, CredentialProof.Worker, theirs, own);
        await responses.WriteAsync(new AttachResponse { Nonce = ByteString.CopyFrom(own), Proof = ByteString.CopyFrom(proof) }, cancellationToken);
        return await requests.MoveNext(cancellationToken)
            && CredentialProof.IsValid(credential, CredentialProof.Platform, own, theirs, requests.Current.Proof.Span);
    }
}
