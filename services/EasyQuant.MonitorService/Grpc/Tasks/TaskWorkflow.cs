using System.Security.Cryptography;
using System.Text;
using EasyQuant.Contracts.Workflow.V1;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.MonitorService.Grpc.Tasks;

/// <summary>The workflow that a task of a node type is a run of: one node whose parameters are the inputs. Tasks with the same type and the same names share it.</summary>
/// <param name="Definition">What is stored.</param>
/// <param name="Inputs">What the run gets.</param>
internal sealed record TaskWorkflow(WorkflowDefinition Definition, Struct Inputs)
{
    /// <summary>Id of the node.</summary>
    public const string NodeId = "task";

    private const int TypeLengthMax = 40;

    /// <summary>Builds workflow and inputs.</summary>
    public static TaskWorkflow Create(string type, Struct? data, Struct? ports)
    {
        string[] parameters = [.. (data?.Fields.Keys ?? []).Order(StringComparer.Ordinal)];
        string[] connected = [.. (ports?.Fields.Keys ?? []).Order(StringComparer.Ordinal)];
        var definition = new WorkflowDefinition
        {
            Schema = "easyquant/workflow/1",
            Name = Name(type, parameters, connected),
            Title = new Contracts.Common.V1.LocalizedText { En = $"Task {type}", Zh = $"任务 {type}" },
        };
        var inputs = new Struct();
        var node = new Node { Id = NodeId, Type = type, Params = new Struct() };
        foreach (string name in parameters)
        {
            string input = Add(definition, inputs, $"p_{definition.Inputs.Count}", data!.Fields[name]);
            node.Params.Fields[name] = Value.ForString($"${{inputs.{input}}}");
        }

        foreach (string port in connected)
        {
            string input = Add(definition, inputs, $"p_{definition.Inputs.Count}", ports!.Fields[port]);
            definition.Nodes.Add(new Node
            {
                Id = input, Type = "JsonMap", Params = new Struct { Fields = { ["value"] = Value.ForString($"${{inputs.{input}}}") } },
            });
            definition.Edges.Add(new Edge { From = $"{input}.value", To = $"{NodeId}.{port}" });
        }

        definition.Nodes.Add(node);
        return new TaskWorkflow(definition, inputs);
    }

    private static string Add(WorkflowDefinition definition, Struct inputs, string name, Value value)
    {
        definition.Inputs.Add(new WorkflowInput { Name = name, Type = "any", Required = true });
        inputs.Fields[name] = value;
        return name;
    }

    private static string Name(string type, string[] parameters, string[] ports)
    {
        string content = $"{type}\n{string.Join('\n', parameters)}\n\n{string.Join('\n', ports)}";
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..12];
        string shown = string.Concat(type.ToLowerInvariant().Take(TypeLengthMax).Select(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '-'));
        return $"task-{shown}-{hash}";
    }
}
