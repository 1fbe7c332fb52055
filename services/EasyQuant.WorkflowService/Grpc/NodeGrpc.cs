using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Storage.Workflows;
using EasyQuant.WorkflowService.Storage.Runs;
using Grpc.Core;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Serves the catalogue of node types.</summary>
internal sealed class NodeGrpc(NodeRegistry registry, RunHistoryFactory clock) : NodeService.NodeServiceBase
{
    private const int NodeCountMax = 1_000;

    public override async Task<ListNodeDefinitionsResponse> ListNodeDefinitions(ListNodeDefinitionsRequest request, ServerCallContext context)
    {
        var answer = new ListNodeDefinitionsResponse();
        answer.Nodes.AddRange((await registry.GetAsync(context.CancellationToken)).Wire);
        return answer;
    }

    public override async Task<RegisterNodeDefinitionsResponse> RegisterNodeDefinitions(
        RegisterNodeDefinitionsRequest request, ServerCallContext context)
    {
        Requests.InternalOnly(context);
        Requests.Count(request.Nodes.Count, NodeCountMax, "nodes");
        if (request.Nodes.FirstOrDefault(node => node.Type.Length is 0 or > 100) is { } nameless)
        {
            throw RpcError.Invalid("NAME_INVALID", "nodes.type", $"A node type has 1 to 100 characters, was '{Requests.Cut(nameless.Type)}'.");
        }

        if (request.Nodes.GroupBy(node => node.Type, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw RpcError.Invalid("NAME_INVALID", "nodes.type", $"The node type '{twice.Key}' is offered twice.");
        }

        int count = await registry.RegisterAsync(request.RunnerVersion, request.Nodes, clock.Now(), context.CancellationToken);
        return new RegisterNodeDefinitionsResponse { NodeCount = count };
    }
}
