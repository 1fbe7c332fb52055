namespace Grpc.Core;

/// <summary>What the four call types share: the accessors of the transport, with or without a state object.</summary>
internal readonly struct AsyncCallState
{
    private readonly object? _state;
    private readonly Func<object, Task<Metadata>>? _responseHeaders;
    private readonly Func<object, Status>? _status;
    private readonly Func<object, Metadata>? _trailers;
    private readonly Action<object>? _dispose;
    private readonly Task<Metadata>? _plainResponseHeaders;
    private readonly Func<Status>? _plainStatus;
    private readonly Func<Metadata>? _plainTrailers;
    private readonly Action? _plainDispose;

    internal AsyncCallState(
        Func<object, Task<Metadata>> responseHeaders,
        Func<object, Status> status,
        Func<object, Metadata> trailers,
        Action<object> dispose,
        object state)
    {
        _responseHeaders = responseHeaders;
        _status = status;
        _trailers = trailers;
        _dispose = dispose;
        _state = state;
    }

    internal AsyncCallState(
        Task<Metadata> responseHeaders, Func<Status> status, Func<Metadata> trailers, Action dispose)
    {
        _plainResponseHeaders = responseHeaders;
        _plainStatus = status;
        _plainTrailers = trailers;
        _plainDispose = dispose;
    }

    internal Task<Metadata> ResponseHeadersAsync() => _responseHeaders is null ? _plainResponseHeaders! : _responseHeaders(_state!);

    internal Status GetStatus() => _status is null ? _plainStatus!() : _status(_state!);

    internal Metadata GetTrailers() => _trailers is null ? _plainTrailers!() : _trailers(_state!);

    internal void Dispose()
    {
        if (_dispose is null)
        {
            _plainDispose!();
        }
        else
        {
            _dispose(_state!);
        }
    }
}
