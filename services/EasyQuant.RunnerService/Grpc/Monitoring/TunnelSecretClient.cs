using EasyQuant.Contracts.Secret.V1;
using EasyQuant.Contracts.Worker.V1;
using Grpc.Core;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>The calls about secrets of a worker that has one stream only. Thread-safe.</summary>
internal sealed class TunnelSecretClient(DispatchTunnel tunnel) : SecretService.SecretServiceClient
{
    public override AsyncUnaryCall<FetchSecretResponse> FetchSecretAsync(FetchSecretRequest request, CallOptions options) =>
        tunnel.Start(new WorkerCall { FetchSecret = request }, answer => answer.FetchSecret, options);
}
