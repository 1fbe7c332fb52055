using EasyQuant.Gateway.Auth;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace EasyQuant.Gateway.Proxy;

/// <summary>
/// Says UNAVAILABLE when a service goes away in the middle of its answer, or the Gateway itself stops. The proxy would reset the stream with CANCEL, which every gRPC client must take for a call
/// that somebody cancelled, and gives up; UNAVAILABLE is what clients try again.
/// </summary>
internal sealed class BrokenAnswer : IHttpResetFeature
{
    private readonly HttpContext _context;
    private readonly IHttpResetFeature _transport;

    private BrokenAnswer(HttpContext context, IHttpResetFeature transport)
    {
        _context = context;
        _transport = transport;
    }

    /// <summary>A step of the proxy's pipeline.</summary>
    /// <param name="context">A gRPC call.</param>
    /// <param name="next">The rest of the pipeline.</param>
    /// <returns>Completed when the rest is.</returns>
    public static async Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        IHttpResetFeature? transport = context.Features.Get<IHttpResetFeature>();
        if (transport is null)
        {
            await next();
            return;
        }

        context.Features.Set<IHttpResetFeature>(new BrokenAnswer(context, transport));
        try
        {
            await next();
        }
        finally
        {
            context.Features.Set(transport);
        }
    }

    /// <inheritdoc/>
    public void Reset(int errorCode)
    {
        // A caller that has gone itself reads no trailers, which does no harm.
        if (!_context.Response.HasStarted || !_context.Response.SupportsTrailers())
        {
            _transport.Reset(errorCode);
            return;
        }

        bool isStopping = _context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested;
        Rejection.Append(_context.Response, isStopping
            ? ErrorInterceptor.Stopping()
            : new RpcError(StatusCode.Unavailable, "SERVICE_UNAVAILABLE", "The service that answers this call went away in the middle of its answer."));
    }
}
