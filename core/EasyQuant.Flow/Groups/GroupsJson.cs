using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>
/// Reads and writes process-group files, format <c>easyquant/groups/1</c>. It is also the protobuf JSON form of
/// <c>easyquant.group.v1.GroupsDefinition</c>. Reading is strict and reports every error; writing is canonical, as for workflows.
/// </summary>
public static class GroupsJson
{
    /// <summary>Version of the format that is written and the newest that is read.</summary>
    public const int Version = 1;

    /// <summary>Value of the field <c>schema</c>.</summary>
    public const string Schema = "easyquant/groups/1";

    private static readonly JsonDocumentOptions s_documentOptions = new() { MaxDepth = FlowLimits.JsonDepthMax, AllowDuplicateProperties = false };

    /// <summary>Reads a definition.</summary>
    /// <param name="utf8">The text; at most <see cref="FlowLimits.DocumentBytesMax"/> bytes.</param>
    /// <returns>The definition, or errors with reasons <c>GROUPS_JSON_MALFORMED</c>, <c>UNKNOWN_FIELD</c>, <c>SCHEMA_TOO_NEW</c>, <c>LIMIT_EXCEEDED</c>.</returns>
    public static GroupsParseResult Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > FlowLimits.DocumentBytesMax)
        {
            return Failed("LIMIT_EXCEEDED", $"A definition may have {FlowLimits.DocumentBytesMax} bytes, this one has {utf8.Length}.");
        }

        try
        {
            return Parse(JsonNode.Parse(utf8, null, s_documentOptions));
        }
        catch (JsonException e)
        {
            return Failed("GROUPS_JSON_MALFORMED", e.Message);
        }
    }

    /// <summary>Reads a definition that is parsed already.</summary>
    /// <param name="document">The document; it must not be changed afterwards.</param>
    public static GroupsParseResult Parse(JsonNode? document)
    {
        var reader = new GroupsReader();
        GroupsDefinition? definition = reader.Read(document);
        return reader.Errors.Count == 0 && definition is not null
            ? new GroupsParseResult(definition, [])
            : new GroupsParseResult(null, reader.Errors);
    }

    /// <summary>Returns the canonical form without white space, as UTF-8 without a byte order mark: equal definitions have equal bytes.</summary>
    public static byte[] Write(GroupsDefinition definition) => GroupsWriter.Write(definition);

    private static GroupsParseResult Failed(string reason, string message) => new(null, [new FlowError(reason, null, "", message)]);
}
