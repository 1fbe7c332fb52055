using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace EasyQuant.ServiceDefaults.Hosting;

/// <summary>
/// Ends streams that last as long as somebody watches (RPCs named <c>Watch...</c>, and over REST <c>...:watch</c>) or a worker lives (<c>Connect</c>) when the service
/// stops: it would wait for them until its shutdown times out, and be away from all others meanwhile. They come back where they were. Everything else has the whole
/// shutdown to complete. Thread-safe.
/// </summary>
internal sealed class StoppingStreamsMiddleware(RequestDelegate next, IHostApplicationLifetime lifetime)
{
    private const string GrpcPrefix = "application/grpc";
    private const string WatchPrefix = "Watch";
    private const string WorkerMethod = "Connect";
    private const string RestSuffix = ":watch";

    public async Task InvokeAsync(HttpContext context)
    {
        if (!IsWatch(context.Request))
        {
            await next(context);
            return;
        }

        CancellationToken aborted = context.RequestAborted;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        context.RequestAborted = ended.Token;
        try
        {
            await next(context);
        }
        catch (Exception exception) when (exception is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled } && lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // A response that has begun just ends, which tells a browser to come back.
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            }
        }
        finally
        {
            context.RequestAborted = aborted;
        }
    }

    private static bool IsWatch(HttpRequest request)
    {
        string path = request.Path.Value ?? "";
        if (request.ContentType?.StartsWith(GrpcPrefix, StringComparison.OrdinalIgnoreCase) != true)
        {
            return path.EndsWith(RestSuffix, StringComparison.Ordinal);
        }

        ReadOnlySpan<char> method = path.AsSpan(path.LastIndexOf('/') + 1);
        return method.StartsWith(WatchPrefix, StringComparison.Ordinal) || method.SequenceEqual(WorkerMethod);
    }
}
