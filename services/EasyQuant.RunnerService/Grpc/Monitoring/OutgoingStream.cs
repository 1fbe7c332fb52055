using EasyQuant.Contracts.Worker.V1;
using Grpc.Core;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>A stream that the worker opened.</summary>
internal sealed class OutgoingStream(AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> call) : IWorkerStream
{
    public Task WriteAsync(ConnectRequest message, CancellationToken cancellationToken) => call.RequestStream.WriteAsync(message, cancellationToken);

    public async Task<ConnectResponse?> ReadAsync(CancellationToken cancellationToken) =>
        await call.ResponseStream.MoveNext(cancellationToken) ? call.ResponseStream.Current : null;
}
