using EasyQuant.Contracts.Group.V1;
using EasyQuant.Flow;
using EasyQuant.Nodes.Messaging;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.RunnerService.Grpc.Groups;

/// <summary>Tells Workflow what process groups have done. Thread-safe.</summary>
internal sealed class GroupReports(GroupService.GroupServiceClient groups, TimeProvider time)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(5);

    /// <summary>Returns the port of one project.</summary>
    public IGroupReports For(string projectId) => new Port(this, projectId);

    private async Task ReportAsync(string projectId, GroupProgress progress, CancellationToken cancellationToken)
    {
        var request = new ReportGroupSumsRequest
        {
            StartId = progress.StartId,
            GroupId = progress.GroupId,
            RunId = progress.RunId,
            Epoch = progress.Epoch,
            RunErrorCount = progress.Errors,
            Sums = new GroupSums
            {
                ChunkCount = progress.Chunks,
                RowCount = progress.Rows,
                ByteCount = progress.Bytes,
                DeadLetterCount = progress.Dead,
                ShardsDone = progress.ShardsDone,
            },
        };
        request.Stages.AddRange(progress.Stages.Select(stage => new StageSums
        {
            NodeId = stage.NodeId,
            NodeType = stage.NodeType,
            ChunkCount = stage.Chunks,
            RowCount = stage.Rows,
            ByteCount = stage.Bytes,
            Busy = Duration.FromTimeSpan(TimeSpan.FromMicroseconds(stage.BusyMicros)),
            Waiting = Duration.FromTimeSpan(TimeSpan.FromMicroseconds(stage.WaitingMicros)),
            ErrorCount = stage.Errors,
        }));
        request.DeadLetters.AddRange(progress.Parked.Select(ToWire));
        try
        {
            await groups.ReportGroupSumsAsync(
                request, new CallOptions(CallProject.Headers(projectId, "service:runner"), time.GetUtcNow().UtcDateTime + s_deadline, cancellationToken));
        }
        catch (RpcException) when (cancellationToken.IsCancellationRequested)
        {
            // A run that is given back or stopped has not failed.
            throw new OperationCanceledException(cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.PermissionDenied or StatusCode.Unauthenticated or StatusCode.Unimplemented)
        {
            throw new NodeException("GROUP_SUMS_REFUSED", $"The sums of group '{progress.GroupId}' were refused: {e.Status.Detail}", transient: false, e);
        }
        catch (RpcException e)
        {
            throw new IOException($"The sums of group '{progress.GroupId}' were not taken: {e.Status.Detail}", e);
        }
    }

    private static DeadLetter ToWire(ParkedProgress parked)
    {
        var letter = new DeadLetter
        {
            DeadLetterId = parked.Id,
            Topic = parked.Topic,
            MessageId = parked.MessageId,
            Reason = parked.Reason,
            Detail = parked.Detail,
            DeliveryCount = parked.Deliveries,
            ReplayCount = parked.Replays,
            RowCount = parked.Rows,
            ByteCount = parked.Bytes,
            Replayable = parked.CanReplay,
            State = parked.State switch
            {
                "parked" => DeadLetterState.Parked,
                "replaying" => DeadLetterState.Replaying,
                _ => DeadLetterState.Resolved,
            },
            FirstTime = Timestamp.FromDateTimeOffset(parked.FirstTime),
            LastTime = Timestamp.FromDateTimeOffset(parked.LastTime),
        };
        if (parked is { Shard: { } shard, Sequence: { } sequence })
        {
            (letter.Shard, letter.Sequence) = (shard, sequence);
        }

        return letter;
    }

    private sealed class Port(GroupReports owner, string projectId) : IGroupReports
    {
        public Task ReportAsync(GroupProgress progress, CancellationToken cancellationToken) => owner.ReportAsync(projectId, progress, cancellationToken);
    }
}
