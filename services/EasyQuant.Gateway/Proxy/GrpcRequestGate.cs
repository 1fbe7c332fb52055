using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using EasyQuant.Gateway.Auth;
using EasyQuant.Gateway.Rest;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Yarp.ReverseProxy.Model;

namespace EasyQuant.Gateway.Proxy;

/// <summary>
/// Refuses what must not reach a service: content that is no gRPC, and a first message that is larger than any service takes, before the rest of
/// it is sent. Later messages of a client stream are bounded by the service. Thread-safe.
/// </summary>
internal static class GrpcRequestGate
{
    // One byte "compressed", four bytes length.
    private const int FrameHeaderBytes = 5;

    /// <summary>A step of the proxy's pipeline.</summary>
    /// <param name="context">The request, authorised.</param>
    /// <param name="next">The rest of the pipeline.</param>
    /// <returns>Completed when the rest is, or the refusal is written.</returns>
    public static async Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        if (!Rejection.IsGrpc(context.Request))
        {
            await ProblemWriter.WriteAsync(context, new Problem(
                StatusCodes.Status415UnsupportedMediaType,
                "CONTENT_TYPE_UNSUPPORTED",
                $"{context.Request.Path} is a gRPC method; the content type must be application/grpc, was '{FieldText.Show(context.Request.ContentType)}'."));
            return;
        }

        bool isStream = context.GetReverseProxyFeature().Route.Config.Metadata?.ContainsKey(ProxyRoutes.ClientStreamKey) == true;
        if (!isStream && await FirstMessageBytesAsync(context) is { } bytes && bytes > GrpcExtensions.MessageBytesMax)
        {
            await Rejection.WriteAsync(context, new RpcError(
                StatusCode.ResourceExhausted,
                "BODY_TOO_LARGE",
                $"The message has {bytes} bytes, more than {GrpcExtensions.MessageBytesMax}.",
                new Dictionary<string, string> { ["bytesMax"] = GrpcExtensions.MessageBytesMax.ToString(System.Globalization.CultureInfo.InvariantCulture) }));
            return;
        }

        await next();
    }

    private static async Task<uint?> FirstMessageBytesAsync(HttpContext context)
    {
        PipeReader reader = context.Request.BodyReader;
        ReadResult result = await reader.ReadAtLeastAsync(FrameHeaderBytes, context.RequestAborted);
        uint? length = null;
        if (result.Buffer.Length >= FrameHeaderBytes)
        {
            Span<byte> header = stackalloc byte[FrameHeaderBytes];
            result.Buffer.Slice(0, FrameHeaderBytes).CopyTo(header);
            length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        }

        // Nothing is consumed: the service gets every byte.
        reader.AdvanceTo(result.Buffer.Start);
        return length;
    }
}
