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
    private const int HashLength = 64;

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

        if (request.CodeHash.Length > 0)
        {
            CheckHash(request.CodeHash);
        }

        int count = await registry.RegisterAsync(request.RunnerVersion, request.CodeHash, request.Nodes, clock.Now(), context.CancellationToken);
        return new RegisterNodeDefinitionsResponse { NodeCount = count };
    }

    public override async Task<HasNodeDefinitionsResponse> HasNodeDefinitions(HasNodeDefinitionsRequest request, ServerCallContext context)
    {
        Requests.InternalOnly(context);
        CheckHash(request.CodeHash);
        if (request.NodeCount is < 1 or > NodeCountMax)
        {
            throw RpcError.Invalid("COUNT_OUT_OF_RANGE", "node_count", $"A Runner offers 1 to {NodeCountMax} node types, was {request.NodeCount}.");
        }

        bool isStored = await registry.HasAsync(request.RunnerVersion, request.CodeHash, request.NodeCount, context.CancellationToken);
        return new HasNodeDefinitionsResponse { IsStored = isStored };
    }

    private static void CheckHash(string hash)
    {
        if (hash.Length != HashLength || hash.Any(digit => !char.IsAsciiHexDigitLower(digit)))
        {
            throw RpcError.Invalid("VALUE_OUT_OF_RANGE", "code_hash", $"A code hash has {HashLength} lower-case hexadecimal digits, was '{Requests.Cut(hash)}'.");
        }
    }
}
