using EasyQuant.Contracts.Worker.V1;
using Grpc.Core;

namespace EasyQuant.MonitorService.Grpc;

/// <summary>The open calls of one session, bounded; answers go out as they come. Thread-safe.</summary>
internal sealed class SessionCalls(DispatchForwarder forwarder, WorkerSession session, string projectId, IAsyncStreamWriter<ConnectResponse> responses)
{
    private const int CallsMax = 32;

    private readonly Lock _lock = new();
    private readonly HashSet<Task> _open = [];

    /// <summary>Starts a call; one too many is answered as exhausted.</summary>
    public void Start(WorkerCall call, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _open.RemoveWhere(task => task.IsCompleted);
            _open.Add(_open.Count < CallsMax ? AnswerAsync(call, cancellationToken) : RefuseAsync(call, cancellationToken));
        }
    }

    /// <summary>Waits for the calls that are still open; their answers are not sent when the stream is over.</summary>
    public Task WhenDoneAsync()
    {
        lock (_lock)
        {
            return Task.WhenAll(_open);
        }
    }

    private async Task AnswerAsync(WorkerCall call, CancellationToken cancellationToken) =>
        await SendAsync(await forwarder.ForwardAsync(call, session.Name, projectId, cancellationToken), cancellationToken);

    private Task RefuseAsync(WorkerCall call, CancellationToken cancellationToken) => SendAsync(
        new WorkerAnswer { CallId = call.CallId, StatusCode = (int)StatusCode.Unavailable, Message = $"A worker may have {CallsMax} open calls." }, cancellationToken);

    private async Task SendAsync(WorkerAnswer answer, CancellationToken cancellationToken)
    {
        try
        {
            await session.WriteAsync(responses, new ConnectResponse { Answer = answer }, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or RpcException or InvalidOperationException or ObjectDisposedException)
        {
            // The stream is over; the worker asks again over its next one.
        }
    }
}
