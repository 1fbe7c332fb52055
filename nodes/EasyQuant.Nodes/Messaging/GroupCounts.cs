using EasyQuant.Persistence.Streams;

namespace EasyQuant.Nodes.Messaging;

/// <summary>Reads what a group has done from the counters that the effects' transactions wrote. Thread-safe.</summary>
internal sealed class GroupCounts(GroupContext context)
{
    /// <summary>Reads the stream that the group counts in; null when it was never opened.</summary>
    public Task<StreamStatus?> ReadAsync(CancellationToken cancellationToken) => context.Patient.ReadAsync(
        (connection, token) => context.Streams.GetAsync(connection, context.CountStream, token), cancellationToken);

    /// <summary>Returns the numbers of the group.</summary>
    /// <param name="status">The stream that it counts in; null when it was never opened, then nothing was done.</param>
    /// <param name="errors">Failures of single chunks in this run.</param>
    public GroupProgress Of(StreamStatus? status, long errors)
    {
        // A writer's rows are those that its readers have consumed; every reader sees them all.
        if (context.IsSource && context.Group.OutputQueue.Length > 0)
        {
            return OfWriter(context.Group.Id, status, errors);
        }

        StreamGroupStatus? sums = status?.Groups.FirstOrDefault(group => group.Group == context.CountGroup);
        return new GroupProgress(
            context.StartId, context.Group.Id, context.Run.RunId, context.Run.Epoch, sums?.DoneCount ?? 0, sums?.RowCount ?? 0, sums?.ByteCount ?? 0,
            sums?.DeadCount ?? 0, ClosedCount(status), errors);
    }

    /// <summary>Returns the numbers of the source group that writes the stream.</summary>
    /// <param name="writerId">Id of that group.</param>
    /// <param name="status">The stream that it writes.</param>
    /// <param name="errors">Failures of single chunks in this run.</param>
    public GroupProgress OfWriter(string writerId, StreamStatus? status, long errors)
    {
        StreamGroupStatus? sums = status?.Groups.MaxBy(group => group.RowCount);
        return new GroupProgress(
            context.StartId, writerId, context.Run.RunId, context.Run.Epoch, status?.Producers.Sum(producer => producer.Total ?? 0) ?? 0, sums?.RowCount ?? 0,
            sums?.ByteCount ?? 0, 0, ClosedCount(status), errors);
    }

    private static int ClosedCount(StreamStatus? status) => status?.Producers.Count(producer => producer.IsClosed) ?? 0;
}
