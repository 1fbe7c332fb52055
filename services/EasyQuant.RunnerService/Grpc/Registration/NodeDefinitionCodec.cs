using EasyQuant.Flow;
using EasyQuant.RunnerService.Grpc.Execution;
using Common = EasyQuant.Contracts.Common.V1;
using Wire = EasyQuant.Contracts.Workflow.V1;

namespace EasyQuant.RunnerService.Grpc.Registration;

/// <summary>Turns node definitions into their wire form.</summary>
internal static class NodeDefinitionCodec
{
    public static Wire.NodeDefinition ToWire(NodeDefinition definition)
    {
        var wire = new Wire.NodeDefinition
        {
            Type = definition.Type,
            Title = ToWire(definition.Title),
            Category = definition.Category,
            Icon = definition.Icon,
            Description = ToWire(definition.Description),
            ParametersSchema = WireJson.ToStruct(definition.ParametersSchema),
            StreamRole = (Wire.StreamRole)definition.StreamRole,
        };
        wire.Inputs.AddRange(definition.Inputs.Select(p => ToWire(p, p.Required)));
        wire.Outputs.AddRange(definition.Outputs.Select(p => ToWire(p, isRequired: false)));
        return wire;
    }

    private static Wire.PortDefinition ToWire(PortDefinition port, bool isRequired) => new()
    {
        Name = port.Name,
        Type = port.Type == PortType.Table ? Wire.PortType.Table : Wire.PortType.Json,
        Title = ToWire(port.Title),
        Required = isRequired,
    };

    private static Common.LocalizedText ToWire(LocalizedText text) => new() { En = text.En, Zh = text.Zh };
}
