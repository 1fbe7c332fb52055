using EasyQuant.Gateway.Auth;
using EasyQuant.Gateway.Rest;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;

namespace EasyQuant.Gateway;

/// <summary>
/// What holds for every response: security headers, and an answer with a body where the rest of the pipeline gave only a status or threw.
/// </summary>
internal sealed partial class OuterMiddleware(RequestDelegate next, ILogger<OuterMiddleware> logger)
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Handles a request, first and last of all.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Completed when the response is.</returns>
    public async Task InvokeAsync(HttpContext context)
    {
        AddSecurityHeaders(context.Response.Headers);
        try
        {
            await next(context);
            if (!context.Response.HasStarted && context.Response.ContentLength is null && context.Response.ContentType is null)
            {
                await CompleteAsync(context);
            }
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await ProblemWriter.WriteAsync(context, exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? RestProblems.BodyTooLarge(context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? 0)
                : new Problem(exception.StatusCode, "REQUEST_MALFORMED", exception.Message));
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            LogUnexpected(exception, context.Request.Method, context.Request.Path);
            await Rejection.WriteAsync(context, new RpcError(StatusCode.Internal, "INTERNAL", "The Gateway failed unexpectedly; its log has the cause."));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away: nobody is left to answer.
        }
    }

    private static Task CompleteAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        string path = request.Path.Value ?? "";
        bool isGrpc = Rejection.IsGrpc(request);
        return context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound when isGrpc => Rejection.WriteAsync(
                context, new RpcError(StatusCode.Unimplemented, "METHOD_NOT_FOUND", $"No public gRPC method has the path {FieldText.Show(path)}.")),
            StatusCodes.Status404NotFound => ProblemWriter.WriteAsync(context, RestProblems.RouteNotFound(request.Method, path)),
            StatusCodes.Status405MethodNotAllowed => ProblemWriter.WriteAsync(
                context, RestProblems.MethodNotAllowed(request.Method, path, context.Response.Headers.Allow.ToString())),
            StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable => Rejection.WriteAsync(
                context, new RpcError(StatusCode.Unavailable, "SERVICE_UNAVAILABLE", "The service that answers this call cannot be reached now.")),
            StatusCodes.Status504GatewayTimeout => Rejection.WriteAsync(
                context, new RpcError(StatusCode.DeadlineExceeded, "DEADLINE_EXCEEDED", "The service that answers this call was silent for too long.")),
            _ => Task.CompletedTask,
        };
    }

    private static void AddSecurityHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    [LoggerMessage(6000, LogLevel.Error, "{Method} {Path} failed unexpectedly.")]
    private partial void LogUnexpected(Exception exception, string method, string path);
}
