using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Worker.V1;
using Grpc.Core;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>The calls about items of a worker that has one stream only. Thread-safe.</summary>
internal sealed class TunnelItemClient(DispatchTunnel tunnel) : ItemDispatchService.ItemDispatchServiceClient
{
    public override AsyncUnaryCall<OpenFanOutResponse> OpenFanOutAsync(OpenFanOutRequest request, CallOptions options) =>
        tunnel.Start(new WorkerCall { OpenFanOut = request }, answer => answer.OpenFanOut, options);

    public override AsyncUnaryCall<ReportItemsResponse> ReportItemsAsync(ReportItemsRequest request, CallOptions options) =>
        tunnel.Start(new WorkerCall { ReportItems = request }, answer => answer.ReportItems, options);

    public override AsyncUnaryCall<ReadItemsResponse> ReadItemsAsync(ReadItemsRequest request, CallOptions options) =>
        tunnel.Start(new WorkerCall { ReadItems = request }, answer => answer.ReadItems, options);

    public override AsyncUnaryCall<StartItemsResponse> StartItemsAsync(StartItemsRequest request, CallOptions options) =>
        tunnel.Start(new WorkerCall { StartItems = request }, answer => answer.StartItems, options);

    public override AsyncUnaryCall<CollectItemsResponse> CollectItemsAsync(CollectItemsRequest request, CallOptions options) =>
        tunnel.Start(new WorkerCall { CollectItems = request }, answer => answer.CollectItems, options);

    public override AsyncUnaryCall<CancelItemsResponse> CancelItemsAsync(CancelItemsRequest request, CallOptions options) =>
        tunnel.Start(new WorkerCall { CancelItems = request }, answer => answer.CancelItems, options);
}
