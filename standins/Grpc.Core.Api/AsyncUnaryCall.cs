using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>A call with one request and one response that is under way. Awaiting it gives the response.</summary>
/// <typeparam name="TResponse">The response message.</typeparam>
public sealed class AsyncUnaryCall<TResponse> : IDisposable
{
    private readonly AsyncCallState _state;

    /// <summary>Wraps a call of a transport.</summary>
    /// <param name="responseAsync">Gives the response or fails with <see cref="RpcException"/>.</param>
    /// <param name="responseHeadersAsync">Gives the response headers.</param>
    /// <param name="getStatusFunc">Reads the status of a finished call.</param>
    /// <param name="getTrailersFunc">Reads the trailers of a finished call.</param>
    /// <param name="disposeAction">Cancels the call when it still runs and releases it.</param>
    public AsyncUnaryCall(
        Task<TResponse> responseAsync,
        Task<Metadata> responseHeadersAsync,
        Func<Status> getStatusFunc,
        Func<Metadata> getTrailersFunc,
        Action disposeAction)
    {
        ResponseAsync = responseAsync;
        _state = new AsyncCallState(responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction);
    }

    /// <summary>Wraps a call of a transport; the accessors get <paramref name="state"/>, so that they need no closure.</summary>
    /// <param name="responseAsync">Gives the response or fails with <see cref="RpcException"/>.</param>
    /// <param name="responseHeadersAsync">Gives the response headers.</param>
    /// <param name="getStatusFunc">Reads the status of a finished call.</param>
    /// <param name="getTrailersFunc">Reads the trailers of a finished call.</param>
    /// <param name="disposeAction">Cancels the call when it still runs and releases it.</param>
    /// <param name="state">Handed to every accessor.</param>
    public AsyncUnaryCall(
        Task<TResponse> responseAsync,
        Func<object, Task<Metadata>> responseHeadersAsync,
        Func<object, Status> getStatusFunc,
        Func<object, Metadata> getTrailersFunc,
        Action<object> disposeAction,
        object state)
    {
        ResponseAsync = responseAsync;
        _state = new AsyncCallState(responseHeadersAsync, getStatusFunc, getTrailersFunc, disposeAction, state);
    }

    /// <summary>Gives the response, or fails with <see cref="RpcException"/>.</summary>
    public Task<TResponse> ResponseAsync { get; }

    /// <summary>Gives the response headers as soon as they have arrived.</summary>
    public Task<Metadata> ResponseHeadersAsync => _state.ResponseHeadersAsync();

    /// <summary>Makes the call itself awaitable.</summary>
    /// <returns>The awaiter of <see cref="ResponseAsync"/>.</returns>
    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();

    /// <summary>Configures how <see cref="ResponseAsync"/> is awaited.</summary>
    /// <param name="continueOnCapturedContext">True to continue on the captured context.</param>
    /// <returns>An awaitable for the response.</returns>
    public ConfiguredTaskAwaitable<TResponse> ConfigureAwait(bool continueOnCapturedContext) =>
        ResponseAsync.ConfigureAwait(continueOnCapturedContext);

    /// <summary>Reads the status of the finished call.</summary>
    /// <returns>The status.</returns>
    /// <exception cref="InvalidOperationException">The call has not finished.</exception>
    public Status GetStatus() => _state.GetStatus();

    /// <summary>Reads the trailers of the finished call.</summary>
    /// <returns>The trailers, perhaps empty.</returns>
    /// <exception cref="InvalidOperationException">The call has not finished.</exception>
    public Metadata GetTrailers() => _state.GetTrailers();

    /// <summary>Cancels the call when it still runs and releases what it holds.</summary>
    public void Dispose() => _state.Dispose();
}
