using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Worker.V1;
using Grpc.Core;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>The calls about work of a worker that has one stream only. Thread-safe.</summary>
internal sealed class TunnelDispatchClient(DispatchTunnel tunnel) : DispatchService.DispatchServiceClient
{
    public override AsyncUnaryCall<ClaimRunsResponse> ClaimRunsAsync(ClaimRunsRequest request, CallOptions options) =>
        tunnel.Start(new WorkerCall { Claim = request }, answer => answer.Claim, options);

    public override AsyncUnaryCall<ReportStepsResponse> ReportStepsAsync(ReportStepsRequest request, CallOptions options) =>
        tunnel.Start(new WorkerCall { Report = request }, answer => answer.Report, options);

    public override AsyncUnaryCall<RenewLeasesResponse> RenewLeasesAsync(RenewLeasesRequest request, CallOptions options) =>
        tunnel.Start(new WorkerCall { Renew = request }, answer => answer.Renew, options);

    public override AsyncUnaryCall<ReleaseRunsResponse> ReleaseRunsAsync(ReleaseRunsRequest request, CallOptions options) =>
        tunnel.Start(new WorkerCall { Release = request }, answer => answer.Release, options);
}
