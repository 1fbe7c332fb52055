using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace EasyQuant.Gateway.Rest;

/// <summary>Writes problems as <c>application/problem+json</c>.</summary>
internal static class ProblemWriter
{
    /// <summary>Media type of RFC 9457.</summary>
    public const string ContentType = "application/problem+json";

    /// <summary>Prefix of every <c>type</c> URI; the code follows.</summary>
    public const string TypePrefix = "urn:easyquant:error:";

    // The answer is never embedded in HTML, so quotes and non-ASCII text stay readable.
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a problem as the whole response. Does nothing when the response has started.</summary>
    /// <param name="context">The request.</param>
    /// <param name="problem">What to answer.</param>
    /// <returns>Completed when the body is written.</returns>
    public static async Task WriteAsync(HttpContext context, Problem problem)
    {
        HttpResponse response = context.Response;
        if (response.HasStarted)
        {
            return;
        }

        response.StatusCode = problem.Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        await response.Body.WriteAsync(Serialize(problem, TraceIdOf(context)), context.RequestAborted);
    }

    /// <summary>Returns the JSON of a problem.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="traceId">W3C trace id, or another id of the request.</param>
    /// <returns>UTF-8, one line.</returns>
    public static ReadOnlyMemory<byte> Serialize(Problem problem, string traceId)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, s_json))
        {
            json.WriteStartObject();
            json.WriteString("type", TypePrefix + problem.Code);
            json.WriteString("title", TitleOf(problem.Status));
            json.WriteNumber("status", problem.Status);
            json.WriteString("detail", problem.Detail);
            json.WriteString("code", problem.Code);
            if (problem.Errors.Count > 0)
            {
                json.WriteStartArray("errors");
                foreach (FieldProblem error in problem.Errors)
                {
                    WriteError(json, error);
                }

                json.WriteEndArray();
            }

            if (problem.Metadata.Count > 0)
            {
                json.WriteStartObject("metadata");
                foreach ((string key, string value) in problem.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            json.WriteString("traceId", traceId);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Returns the id under which the request is found in the traces.</summary>
    /// <param name="context">The request.</param>
    /// <returns>32 hex digits of the W3C trace id, or the connection's request id without tracing.</returns>
    public static string TraceIdOf(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    private static void WriteError(Utf8JsonWriter json, FieldProblem error)
    {
        json.WriteStartObject();
        if (error.Parameter is not null)
        {
            json.WriteString("parameter", error.Parameter);
        }
        else
        {
            json.WriteString("pointer", error.Pointer ?? "");
        }

        if (error.Code is not null)
        {
            json.WriteString("code", error.Code);
        }

        json.WriteString("detail", error.Detail);
        json.WriteEndObject();
    }

    private static string TitleOf(int status) =>
        status == ProblemMapping.ClientClosedRequest ? "Client Closed Request" : ReasonPhrases.GetReasonPhrase(status);
}
