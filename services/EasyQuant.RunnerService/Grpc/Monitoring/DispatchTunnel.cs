using System.Collections.Concurrent;
using System.Diagnostics;
using EasyQuant.Contracts.Worker.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>Carries calls about work over the worker's stream. Without a stream a call fails as Unavailable and is made again by its caller. Thread-safe.</summary>
internal sealed class DispatchTunnel(TimeProvider time)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<long, TaskCompletionSource<WorkerAnswer>> _open = new();
    private readonly Lock _lock = new();
    private Func<ConnectRequest, CancellationToken, Task>? _send;
    private long _epoch;
    private long _lastId;

    /// <summary>Uses a stream from now on.</summary>
    public void Open(Func<ConnectRequest, CancellationToken, Task> send, long epoch)
    {
        lock (_lock)
        {
            (_send, _epoch) = (send, epoch);
        }
    }

    /// <summary>Gives a stream up, unless a newer one is used already; what waits for answers fails.</summary>
    public void Close(long epoch)
    {
        lock (_lock)
        {
            if (_epoch != epoch)
            {
                return;
            }

            _send = null;
        }

        foreach (long id in _open.Keys)
        {
            if (_open.TryRemove(id, out TaskCompletionSource<WorkerAnswer>? waiting))
            {
                waiting.TrySetException(Unavailable());
            }
        }
    }

    /// <summary>Takes an answer from the stream; one that nobody waits for any more is dropped.</summary>
    public void Take(WorkerAnswer answer)
    {
        if (_open.TryRemove(answer.CallId, out TaskCompletionSource<WorkerAnswer>? waiting))
        {
            waiting.TrySetResult(answer);
        }
    }

    /// <summary>Makes a call in the form of a generated client.</summary>
    public AsyncUnaryCall<T> Start<T>(WorkerCall call, Func<WorkerAnswer, T?> read, CallOptions options)
        where T : class
    {
        async Task<T> AskAsync() => read(await CallAsync(call, options))
            ?? throw new RpcException(new Status(StatusCode.Internal, "The answer of the platform is empty."));
        return new AsyncUnaryCall<T>(AskAsync(), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }

    /// <summary>Makes a call and waits for its answer.</summary>
    /// <exception cref="RpcException">The stream is away, the deadline passed, or the platform answered an error.</exception>
    public async Task<WorkerAnswer> CallAsync(WorkerCall call, CallOptions options)
    {
        TimeSpan timeout = options.Deadline is { } deadline ? deadline - time.GetUtcNow().UtcDateTime : s_timeout;
        timeout = timeout < s_timeout ? timeout : s_timeout;
        if (timeout <= TimeSpan.Zero)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, "The deadline of the call passed."));
        }

        call.CallId = Interlocked.Increment(ref _lastId);
        call.Traceparent = Activity.Current?.Id ?? "";
        call.Timeout = Duration.FromTimeSpan(timeout);
        var answered = new TaskCompletionSource<WorkerAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        Func<ConnectRequest, CancellationToken, Task> send;
        lock (_lock)
        {
            send = _send ?? throw Unavailable();
            _open[call.CallId] = answered;
        }

        try
        {
            await send(new ConnectRequest { Call = call }, options.CancellationToken);
            WorkerAnswer answer = await answered.Task.WaitAsync(timeout, time, options.CancellationToken);
            return answer.StatusCode == 0 ? answer : throw new RpcException(new Status((StatusCode)answer.StatusCode, answer.Message));
        }
        catch (TimeoutException)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, "The deadline of the call passed."));
        }
        catch (OperationCanceledException)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "The call was cancelled."));
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ObjectDisposedException)
        {
            throw Unavailable();
        }
        finally
        {
            _open.TryRemove(call.CallId, out _);
        }
    }

    private static RpcException Unavailable() => new(new Status(StatusCode.Unavailable, "There is no stream to the platform now."));
}
