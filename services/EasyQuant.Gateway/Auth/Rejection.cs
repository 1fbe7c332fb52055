using System.Globalization;
using System.Text;
using EasyQuant.Gateway.Rest;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.Gateway.Auth;

/// <summary>Refuses a request before any service sees it, in the language of the caller: gRPC trailers or problem details.</summary>
internal static class Rejection
{
    private const string GrpcContentType = "application/grpc";
    private const string DetailsTrailer = "grpc-status-details-bin";

    /// <summary>Tells whether the caller speaks gRPC.</summary>
    /// <param name="request">The request.</param>
    /// <returns>True for the content types <c>application/grpc</c> and <c>application/grpc+...</c>.</returns>
    public static bool IsGrpc(HttpRequest request)
    {
        string? type = request.ContentType;
        return type is not null && type.StartsWith(GrpcContentType, StringComparison.OrdinalIgnoreCase)
            && (type.Length == GrpcContentType.Length || type[GrpcContentType.Length] is '+' or ';');
    }

    /// <summary>Writes the refusal as the whole response.</summary>
    /// <param name="context">The request.</param>
    /// <param name="error">Why.</param>
    /// <returns>Completed when written.</returns>
    public static Task WriteAsync(HttpContext context, RpcError error)
    {
        if (!IsGrpc(context.Request))
        {
            return ProblemWriter.WriteAsync(context, ProblemMapping.Of(error, Empty.Descriptor));
        }

        HttpResponse response = context.Response;
        if (response.HasStarted)
        {
            return Task.CompletedTask;
        }

        // Trailers-only: the status stands in the header block, because no message was sent.
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = GrpcContentType;
        Describe(error, (name, value) => response.Headers[name] = value);

        // Not started here: a response without a body ends with its header block, which is what makes the headers trailers.
        return Task.CompletedTask;
    }

    /// <summary>Ends a gRPC response whose messages have begun: the refusal follows them.</summary>
    /// <param name="response">The response, whose transport has trailers.</param>
    /// <param name="error">Why.</param>
    public static void Append(HttpResponse response, RpcError error) => Describe(error, (name, value) => response.AppendTrailer(name, value));

    private static void Describe(RpcError error, Action<string, string> set)
    {
        RpcException exception = error.ToRpcException();
        set("grpc-status", ((int)exception.StatusCode).ToString(CultureInfo.InvariantCulture));
        set("grpc-message", PercentEncode(exception.Status.Detail));
        if (exception.Trailers.GetValueBytes(DetailsTrailer) is { } details)
        {
            set(DetailsTrailer, Convert.ToBase64String(details));
        }
    }

    private static string PercentEncode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            if (b is >= 0x20 and <= 0x7e && b != '%')
            {
                encoded.Append((char)b);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
            }
        }

        return encoded.ToString();
    }
}
