using System.Security.Cryptography;
using System.Text;
using EasyQuant.Flow;
using Google.Protobuf;
using Wire = EasyQuant.Contracts.Workflow.V1;

namespace EasyQuant.WorkflowService.Definitions;

/// <summary>The one conversion point between a workflow on the wire, in the core and in the database.</summary>
internal static class DefinitionCodec
{
    // What the wire form does not know yet is the core's: the canonical JSON in the database keeps it.
    private static readonly JsonParser s_parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>Reads the wire form.</summary>
    public static WorkflowParseResult Read(Wire.WorkflowDefinition? definition)
    {
        if (definition is null)
        {
            return new WorkflowParseResult(null, [new FlowError("WORKFLOW_JSON_MALFORMED", null, "", "The request has no definition.")]);
        }

        try
        {
            return WorkflowJson.Parse(Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(definition)));
        }
        catch (InvalidOperationException exception)
        {
            // A number that JSON has no form for (NaN, infinity), or an empty Value.
            return new WorkflowParseResult(null, [new FlowError("WORKFLOW_JSON_MALFORMED", null, "", exception.Message)]);
        }
    }

    /// <summary>Returns the canonical JSON, which is what is stored.</summary>
    public static string Write(WorkflowDefinition definition) => Encoding.UTF8.GetString(WorkflowJson.Write(definition));

    /// <summary>Returns the SHA-256 of canonical JSON, lower-case hex.</summary>
    public static string Hash(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));

    /// <summary>Reads stored JSON into the wire form.</summary>
    public static Wire.WorkflowDefinition ToWire(string json) => s_parser.Parse<Wire.WorkflowDefinition>(json);

    /// <summary>Reads stored JSON into the form of the core.</summary>
    public static WorkflowDefinition ToCore(string json)
    {
        WorkflowParseResult result = WorkflowJson.Parse(Encoding.UTF8.GetBytes(json));
        return result.Definition
            ?? throw new InvalidDataException($"A stored workflow cannot be read: {result.Errors[0].Pointer} {result.Errors[0].Message}");
    }
}
