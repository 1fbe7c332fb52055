using System.Text.Json.Nodes;
using EasyQuant.Flow;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Common = EasyQuant.Contracts.Common.V1;
using Wire = EasyQuant.Contracts.Workflow.V1;

namespace EasyQuant.WorkflowService.Definitions;

/// <summary>Node types from the wire into the core.</summary>
internal static class NodeCodec
{
    public static NodeDefinition ToCore(Wire.NodeDefinition node) => new()
    {
        Type = node.Type,
        Title = Text(node.Title, node.Type),
        Category = node.Category,
        Icon = node.Icon,
        Description = Text(node.Description, node.Type),
        Inputs = [.. node.Inputs.Select(Port)],
        Outputs = [.. node.Outputs.Select(Port)],
        StreamRole = (StreamRole)node.StreamRole,
        ParametersSchema = (JsonObject)JsonNode.Parse(JsonFormatter.Default.Format(node.ParametersSchema ?? new Struct()))!,
    };

    private static PortDefinition Port(Wire.PortDefinition port) =>
        new(port.Name, port.Type == Wire.PortType.Table ? PortType.Table : PortType.Json, Text(port.Title, port.Name), port.Required);

    private static LocalizedText Text(Common.LocalizedText? text, string fallback)
    {
        string en = string.IsNullOrEmpty(text?.En) ? fallback : text.En;
        return new LocalizedText(en, string.IsNullOrEmpty(text?.Zh) ? en : text.Zh);
    }
}
