using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.WorkflowService.Definitions;
using EasyQuant.WorkflowService.Storage.Items;
using EasyQuant.WorkflowService.Storage.Runs;
using EasyQuant.WorkflowService.Storage.Workflows;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Serves the items of fan-outs to people.</summary>
internal sealed class ItemGrpc(
    RunReader runs, ItemReader items, RunControl control, WorkflowStore workflows, IOptions<WorkflowServiceOptions> options) : ItemService.ItemServiceBase
{
    private const int IndexesMax = 10_000;

    public override async Task<GetFanOutResponse> GetFanOut(GetFanOutRequest request, ServerCallContext context)
    {
        RunRow run = await FindAsync(request.RunId, context);
        return new GetFanOutResponse { FanOut = await items.GetAsync(run.RunId, request.NodeId, context.CancellationToken) };
    }

    public override async Task<ListItemsResponse> ListItems(ListItemsRequest request, ServerCallContext context)
    {
        RunRow run = await FindAsync(request.RunId, context);
        int size = Requests.PageSize(request.PageSize, 200, 1_000);
        ItemState[] states = [.. request.States.Where(state => state != ItemState.Unspecified).Distinct().Order()];
        if (Array.FindIndex(states, state => !Enum.IsDefined(state)) is >= 0 and var unknown)
        {
            throw RpcError.Invalid("STATE_INVALID", "states", $"There is no state {(int)states[unknown]}.");
        }

        string scope = $"items/{run.ProjectId}/{run.RunId}/{Requests.Cut(request.NodeId)}/{string.Join(',', states)}";
        int after = Requests.Token(request.PageToken, scope, 1) is { } token ? int.Parse(token[0], CultureInfo.InvariantCulture) : -1;
        List<Item> page = await items.ListAsync(run.RunId, request.NodeId, states, after, size + 1, context.CancellationToken);
        var answer = new ListItemsResponse();
        answer.Items.AddRange(page.Take(size));
        answer.NextPageToken = page.Count > size ? PageToken.Write(scope, page[size - 1].Index.ToString(CultureInfo.InvariantCulture)) : "";
        return answer;
    }

    public override async Task<RetryItemsResponse> RetryItems(RetryItemsRequest request, ServerCallContext context)
    {
        Guid? requestId = Requests.RequestId(request.RequestId);
        RunRow run = await FindAsync(request.RunId, context);
        if (request.Indexes.Count > IndexesMax)
        {
            throw RpcError.Invalid("LIMIT_EXCEEDED", "indexes", $"`indexes` has at most {IndexesMax} entries, had {request.Indexes.Count}.");
        }

        FanOut fanOut = await items.GetAsync(run.RunId, request.NodeId, context.CancellationToken);
        foreach (int index in request.Indexes)
        {
            if (index < 0 || index >= fanOut.TotalCount)
            {
                throw RpcError.Invalid("ITEM_NOT_FOUND", "indexes", $"The fan-out has the items 0 to {fanOut.TotalCount - 1}, there is no item {index}.");
            }
        }

        int[] indexes = [.. request.Indexes.Count > 0
            ? request.Indexes.Distinct()
            : await items.NotSucceededAsync(run.RunId, request.NodeId, context.CancellationToken)];
        var key = new VersionKey(run.WorkflowId, run.WorkflowVersion);
        var dependencies = new NodeDependencies((await workflows.LoadAsync([key], context.CancellationToken))[key].Core);
        RunRow retried = await control.RetryAsync(
            run.ProjectId,
            run.RunId,
            requestId,
            (_, _) => dependencies.WithDependents([request.NodeId]),
            ItemReset.Chosen(request.NodeId, indexes),
            context.CancellationToken);
        return new RetryItemsResponse { Run = retried.ToRun(options.Value.DashboardUrl, withValues: true), ItemCount = indexes.Length };
    }

    private Task<RunRow> FindAsync(string runId, ServerCallContext context) =>
        runs.GetAsync(CallProject.Of(context), Requests.RunId(runId), context.CancellationToken);
}
