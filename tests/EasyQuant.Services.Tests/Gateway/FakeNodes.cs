using EasyQuant.Contracts.Workflow.V1;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>A node catalogue that is empty until a test fills it.</summary>
internal sealed class FakeNodes : NodeService.NodeServiceBase
{
    /// <summary>Whether a Runner has registered.</summary>
    public bool IsFilled { get; set; }

    public override Task<ListNodeDefinitionsResponse> ListNodeDefinitions(ListNodeDefinitionsRequest request, ServerCallContext context)
    {
        var answer = new ListNodeDefinitionsResponse();
        if (IsFilled)
        {
            answer.Nodes.Add(new NodeDefinition { Type = "CsvLoader" });
        }

        return Task.FromResult(answer);
    }
}
