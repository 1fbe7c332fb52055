using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Worker.V1;
using Grpc.Core;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>The reports about process groups of a worker that has one stream only. Thread-safe.</summary>
internal sealed class TunnelGroupClient(DispatchTunnel tunnel) : GroupService.GroupServiceClient
{
    public override AsyncUnaryCall<ReportGroupSumsResponse> ReportGroupSumsAsync(ReportGroupSumsRequest request, CallOptions options) =>
        tunnel.Start(new WorkerCall { GroupSums = request }, answer => answer.GroupSums, options);
}
