using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>Turns a JSON document into a definition and notes every error on the way.</summary>
internal sealed class WorkflowReader() : DefinitionReader("WORKFLOW_JSON_MALFORMED", "workflow")
{
    private const string SchemaPrefix = "easyquant/workflow/";

    public WorkflowDefinition? Read(JsonNode? document)
    {
        if (document is not JsonObject root)
        {
            Add("WORKFLOW_JSON_MALFORMED", "", $"Expected an object, got {SchemaValidator.TypeOf(document)}.");
            return null;
        }

        if (!CheckSchema(root, SchemaPrefix, WorkflowJson.Version))
        {
            return null;
        }

        CheckFields(root, "", "schema", "name", "title", "description", "inputs", "outputs", "nodes", "edges");
        return new WorkflowDefinition
        {
            Name = Text(root, "", "name", required: true),
            Title = Localized(root, "", "title"),
            Description = Localized(root, "", "description"),
            Inputs = List(root, "inputs", FlowLimits.PortsMax, ReadInput),
            Outputs = List(root, "outputs", FlowLimits.PortsMax, ReadOutput),
            Nodes = List(root, "nodes", FlowLimits.NodesMax, ReadNode),
            Edges = List(root, "edges", FlowLimits.EdgesMax, ReadEdge),
        };
    }

    private WorkflowInput ReadInput(JsonObject input, string pointer)
    {
        CheckFields(input, pointer, "name", "type", "default", "required", "title");
        bool hasDefault = input.TryGetPropertyValue("default", out JsonNode? value);
        CheckNumbers(value, $"{pointer}/default");
        string type = Text(input, pointer, "type", required: false);
        return new WorkflowInput
        {
            Name = Text(input, pointer, "name", required: true),
            Type = type.Length == 0 ? "any" : type,
            HasDefault = hasDefault,
            Default = value,
            Required = Flag(input, pointer, "required"),
            Title = Localized(input, pointer, "title"),
        };
    }

    private WorkflowOutput ReadOutput(JsonObject output, string pointer)
    {
        CheckFields(output, pointer, "name", "from");
        return new WorkflowOutput(Text(output, pointer, "name", required: true), Text(output, pointer, "from", required: true));
    }

    private WorkflowEdge ReadEdge(JsonObject edge, string pointer)
    {
        CheckFields(edge, pointer, "from", "to");
        return new WorkflowEdge(Text(edge, pointer, "from", required: true), Text(edge, pointer, "to", required: true));
    }
}
