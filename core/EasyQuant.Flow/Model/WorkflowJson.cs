using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>
/// Reads and writes workflow files, format <c>easyquant/workflow/1</c>. It is also the protobuf JSON form of
/// <c>easyquant.workflow.v1.WorkflowDefinition</c>. Reading is strict and reports every error; writing is canonical: fields in a fixed order, defaults left
/// out, members of parameters sorted, numbers in their shortest form. So equal workflows have equal bytes, and reading what was written loses nothing.
/// </summary>
public static class WorkflowJson
{
    /// <summary>Version of the format that is written and the newest that is read.</summary>
    public const int Version = 1;

    /// <summary>Value of the field <c>schema</c>.</summary>
    public const string Schema = "easyquant/workflow/1";

    private static readonly JsonDocumentOptions s_documentOptions = new()
    {
        MaxDepth = FlowLimits.JsonDepthMax,
        AllowDuplicateProperties = false,
    };

    /// <summary>Reads a workflow.</summary>
    /// <param name="utf8">The text; at most <see cref="FlowLimits.DocumentBytesMax"/> bytes, at most <see cref="FlowLimits.JsonDepthMax"/> levels.</param>
    /// <returns>The definition, or errors with reasons <c>WORKFLOW_JSON_MALFORMED</c>, <c>UNKNOWN_FIELD</c>, <c>SCHEMA_TOO_NEW</c>, <c>LIMIT_EXCEEDED</c>.</returns>
    public static WorkflowParseResult Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > FlowLimits.DocumentBytesMax)
        {
            return Failed("LIMIT_EXCEEDED", $"A workflow may have {FlowLimits.DocumentBytesMax} bytes, this one has {utf8.Length}.");
        }

        try
        {
            return Parse(JsonNode.Parse(utf8, null, s_documentOptions));
        }
        catch (JsonException e)
        {
            string place = e.LineNumber is { } line ? $"Line {line + 1}, byte {e.BytePositionInLine + 1}: " : "";
            string text = e.Message;
            int cut = text.IndexOf(" LineNumber:", StringComparison.Ordinal);
            return Failed("WORKFLOW_JSON_MALFORMED", place + (cut > 0 ? text[..cut] : text));
        }
    }

    /// <summary>Reads a workflow that is parsed already.</summary>
    /// <param name="document">The document; it must not be changed afterwards.</param>
    public static WorkflowParseResult Parse(JsonNode? document)
    {
        var reader = new WorkflowReader();
        WorkflowDefinition? definition = reader.Read(document);
        return reader.Errors.Count == 0 && definition is not null
            ? new WorkflowParseResult(definition, [])
            : new WorkflowParseResult(null, reader.Errors);
    }

    /// <summary>Returns the canonical form without white space, as UTF-8 without a byte order mark.</summary>
    public static byte[] Write(WorkflowDefinition definition) => WorkflowWriter.Write(definition, indented: false);

    /// <summary>Returns the canonical form for people: two spaces, one line feed at the end.</summary>
    public static byte[] WriteIndented(WorkflowDefinition definition) => WorkflowWriter.Write(definition, indented: true);

    private static WorkflowParseResult Failed(string reason, string message) => new(null, [new FlowError(reason, null, "", message)]);
}
