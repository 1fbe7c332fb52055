using System.Data.Common;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EasyQuant.ServiceDefaults.Grpc;

/// <summary>
/// Turns what a handler throws into a gRPC status: <see cref="RpcError"/> with its details; a cancelled or expired call into
/// Cancelled or DeadlineExceeded, one that the service itself ends because it stops into Unavailable with the reason SERVICE_STOPPING; <see cref="RpcException"/> unchanged; a passing fault of the database into Unavailable with the reason
/// SERVICE_UNAVAILABLE; everything else into Internal with the reason
/// INTERNAL and no text of the exception, which goes to the log. Thread-safe.
/// </summary>
public sealed partial class ErrorInterceptor(ILogger<ErrorInterceptor> logger, IHostApplicationLifetime lifetime, TimeProvider time) : Interceptor
{
    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw Map(exception, context);
        }
    }

    /// <inheritdoc/>
    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw Map(exception, context);
        }
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw Map(exception, context);
        }
    }

    /// <inheritdoc/>
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw Map(exception, context);
        }
    }

    /// <summary>What a call is told that the service ends because it stops itself.</summary>
    public static RpcError Stopping() => new(
        StatusCode.Unavailable, "SERVICE_STOPPING", "The service stops; call again, another replica or the next start answers.", retryAfter: TimeSpan.FromSeconds(1));

    private RpcException Map(Exception exception, ServerCallContext context)
    {
        if (exception is RpcError error)
        {
            return error.ToRpcException();
        }

        if (context.CancellationToken.IsCancellationRequested)
        {
            bool expired = context.Deadline <= time.GetUtcNow().UtcDateTime;
            return expired ? new RpcException(new Status(StatusCode.DeadlineExceeded, "The deadline of the call passed."))
                : lifetime.ApplicationStopping.IsCancellationRequested ? Stopping().ToRpcException()
                : new RpcException(new Status(StatusCode.Cancelled, "The caller cancelled the call."));
        }

        if (exception is DbException database && (database.IsTransient || IsOutOfRoom(database)))
        {
            // The database restarts or is full of connections: the caller's retry finds it again, and no work fails for it.
            LogDatabaseAway(exception, context.Method);
            return new RpcError(StatusCode.Unavailable, "SERVICE_UNAVAILABLE", "The service cannot reach its database now.", retryAfter: TimeSpan.FromSeconds(1)).ToRpcException();
        }

        LogUnexpected(exception, context.Method);
        return new RpcError(StatusCode.Internal, "INTERNAL", "The service failed unexpectedly; its log has the cause.").ToRpcException();
    }

    // PANIC is the last word of a server that stops itself, under whatever code; the routines are those that let files grow, and what they say is no room of another kind
    // than a full disk. Persistence waits for the same (TransientRetry).
    private static bool IsOutOfRoom(DbException exception) =>
        exception.Data["InvariantSeverity"] is "PANIC"
        || (exception.SqlState == "XX000" && exception.Data["Routine"] is "mdextend" or "mdzeroextend" or "mdwrite" or "mdwritev" or "BufFileDumpBuffer");

    [LoggerMessage(102, LogLevel.Warning, "{Method} could not reach the database.")]
    private partial void LogDatabaseAway(Exception exception, string method);

    [LoggerMessage(100, LogLevel.Error, "{Method} failed unexpectedly.")]
    private partial void LogUnexpected(Exception exception, string method);
}
