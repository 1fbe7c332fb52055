using EasyQuant.Contracts.Worker.V1;
using Grpc.Core;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>A stream that the platform opened.</summary>
internal sealed class AttachedStream(IAsyncStreamReader<AttachRequest> requests, IServerStreamWriter<AttachResponse> responses) : IWorkerStream
{
    public Task WriteAsync(ConnectRequest message, CancellationToken cancellationToken) =>
        responses.WriteAsync(new AttachResponse { Message = message }, cancellationToken);

    public async Task<ConnectResponse?> ReadAsync(CancellationToken cancellationToken) =>
        await requests.MoveNext(cancellationToken) ? requests.Current.Message ?? new ConnectResponse() : null;
}
