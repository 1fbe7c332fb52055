using EasyQuant.Contracts.Common.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace EasyQuant.Gateway.Rest;

/// <summary>
/// Writes a server stream of <c>easyquant.common.v1.FileBody</c> as one file: the bytes of all messages under the content type of the first. A failure before the
/// first message is an ordinary problem response; a later one breaks the connection, so that nobody takes a part for the whole.
/// </summary>
internal static class RawBody
{
    /// <summary>Writes the stream to its end.</summary>
    /// <param name="context">The request.</param>
    /// <param name="field">The field of each message that holds the body.</param>
    /// <param name="messages">The messages.</param>
    /// <returns>Completed when the file is written, or the connection broken.</returns>
    /// <exception cref="RpcException">The call failed before the response began.</exception>
    public static async Task WriteAsync(HttpContext context, FieldDescriptor field, IAsyncEnumerable<IMessage> messages)
    {
        try
        {
            await foreach (IMessage message in messages.WithCancellation(context.RequestAborted))
            {
                if (field.Accessor.GetValue(message) is not FileBody part)
                {
                    continue;
                }

                if (!context.Response.HasStarted)
                {
                    context.Response.ContentType = part.ContentType;
                    context.Response.Headers.CacheControl = "no-store";
                    // A file of a user must never run as a page of this origin.
                    context.Response.Headers.XContentTypeOptions = "nosniff";
                    context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";
                }

                await context.Response.Body.WriteAsync(part.Data.Memory, context.RequestAborted);
            }
        }
        catch (RpcException) when (context.Response.HasStarted)
        {
            context.Abort();
        }
    }
}
