using EasyQuant.Contracts.Run.V1;
using EasyQuant.Flow;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Storage.Items;
using EasyQuant.WorkflowService.Storage.Runs;
using Grpc.Core;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Keeps items for Runners.</summary>
internal sealed class ItemDispatchGrpc(ItemStore store, ItemStarter starter) : ItemDispatchService.ItemDispatchServiceBase
{
    private const int ReasonLengthMax = 1_000;

    public override async Task<OpenFanOutResponse> OpenFanOut(OpenFanOutRequest request, ServerCallContext context)
    {
        Lease lease = Check(request.Lease, context);
        if (request.TotalCount is < 0 or > FlowLimits.ItemsMax)
        {
            throw RpcError.Invalid("COUNT_OUT_OF_RANGE", "total_count", $"`total_count` must be 0 to {FlowLimits.ItemsMax}, was {request.TotalCount}.");
        }

        return await store.OpenAsync(lease, request, context.CancellationToken) ?? new OpenFanOutResponse { Lost = true };
    }

    public override async Task<ReportItemsResponse> ReportItems(ReportItemsRequest request, ServerCallContext context)
    {
        Lease lease = Check(request.Lease, context);
        if (request.Items.Count > 2_000 || request.ModeReason.Length > ReasonLengthMax)
        {
            throw RpcError.Invalid("LIMIT_EXCEEDED", "items", "A report has at most 2,000 items and a reason of 1,000 characters.");
        }

        return await store.ReportAsync(lease, request, context.CancellationToken) ?? new ReportItemsResponse { Lost = true };
    }

    public override async Task<ReadItemsResponse> ReadItems(ReadItemsRequest request, ServerCallContext context) =>
        await store.ReadAsync(Check(request.Lease, context), request.Lease.NodeId, request.AfterIndex, context.CancellationToken)
        ?? new ReadItemsResponse { Lost = true };

    public override async Task<StartItemsResponse> StartItems(StartItemsRequest request, ServerCallContext context)
    {
        Lease lease = Check(request.Lease, context);
        Requests.Count(request.Items.Count, 500, "items");
        return await starter.StartAsync(lease, request, context.CancellationToken) ?? new StartItemsResponse { Lost = true };
    }

    public override async Task<CollectItemsResponse> CollectItems(CollectItemsRequest request, ServerCallContext context) =>
        await store.CollectAsync(Check(request.Lease, context), request.Lease.NodeId, context.CancellationToken) ?? new CollectItemsResponse { Lost = true };

    public override async Task<CancelItemsResponse> CancelItems(CancelItemsRequest request, ServerCallContext context) =>
        await store.CancelAsync(Check(request.Lease, context), request.Lease.NodeId, request.OlderThan?.ToTimeSpan(), context.CancellationToken)
        ?? new CancelItemsResponse { Lost = true };

    private static Lease Check(ItemLease? lease, ServerCallContext context)
    {
        Requests.InternalOnly(context);
        return lease is null
            ? throw RpcError.Invalid("FIELD_REQUIRED", "lease", "`lease` is required.")
            : new Lease(Requests.RunId(lease.RunId), lease.Epoch);
    }
}
