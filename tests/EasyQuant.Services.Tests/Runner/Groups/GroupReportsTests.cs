using EasyQuant.Contracts.Group.V1;
using EasyQuant.Nodes.Messaging;
using EasyQuant.RunnerService.Grpc.Groups;
using Grpc.Net.Client;

namespace EasyQuant.Services.Tests.Runner.Groups;

public sealed class GroupReportsTests
{
    private static readonly GroupProgress s_progress = new("start", "read", "run", 1, 0, 0, 0, 0, 0, 0);

    [Fact]
    public async Task Report_RunGivenBackMeanwhile_IsCancelledAndNoFailure()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress("http://127.0.0.1:9");
        IGroupReports reports = new GroupReports(new GroupService.GroupServiceClient(channel), TimeProvider.System).For("default");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reports.ReportAsync(s_progress, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Report_WorkflowAway_IsAFaultThatPasses()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress("http://127.0.0.1:9");
        IGroupReports reports = new GroupReports(new GroupService.GroupServiceClient(channel), TimeProvider.System).For("default");

        await Assert.ThrowsAsync<IOException>(() => reports.ReportAsync(s_progress, CancellationToken.None));
    }
}
