using EasyQuant.Contracts.Worker.V1;
using Grpc.Core;

namespace EasyQuant.MonitorService.Grpc;

/// <summary>A stream that the platform opened, with the messages of one that a worker opened. One reader and one writer at a time.</summary>
internal sealed class AttachedStream(AsyncDuplexStreamingCall<AttachRequest, AttachResponse> call)
    : IAsyncStreamReader<ConnectRequest>, IAsyncStreamWriter<ConnectResponse>
{
    public ConnectRequest Current => call.ResponseStream.Current.Message ?? new ConnectRequest();

    public WriteOptions? WriteOptions { get; set; }

    public Task<bool> MoveNext(CancellationToken cancellationToken) => call.ResponseStream.MoveNext(cancellationToken);

    public Task WriteAsync(ConnectResponse message) => call.RequestStream.WriteAsync(new AttachRequest { Message = message });

    public Task WriteAsync(ConnectResponse message, CancellationToken cancellationToken) =>
        call.RequestStream.WriteAsync(new AttachRequest { Message = message }, cancellationToken);
}
