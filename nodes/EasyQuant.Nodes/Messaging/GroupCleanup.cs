using System.Text.Json.Nodes;
using EasyQuant.Flow;
using EasyQuant.Messaging.Topics;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Persistence.Streams;
using Npgsql;

namespace EasyQuant.Nodes.Messaging;

/// <summary>
/// What follows a start. One that was stopped or has failed: its streams are marked as given up, its last sums and parked chunks are told. The replicas end without
/// these; nothing is parked in a stream that is given up, so what is told is all. Some time after any end its queues leave the broker: all its replicas are gone then,
/// so that none declares them anew. Repeatable.
/// </summary>
internal sealed class GroupCleanup(
    string startId, GroupsDefinition definition, ProjectDatabase database, PatientTransport transport, IGroupReports reports, TimeProvider time)
{
    /// <summary>Stands for all groups in the parameter of the node; no group can have this id.</summary>
    public const string AllGroups = "*";

    /// <summary>Stands for the queues of all groups.</summary>
    public const string Queues = "*queues";

    /// <summary>Gives up the streams and tells the last sums.</summary>
    /// <returns>How many groups were told of.</returns>
    public async Task<JsonObject> EndAsync(RunContext run, CancellationToken cancellationToken)
    {
        GroupContext[] groups = Contexts(run);
        foreach (GroupContext writer in Writers(groups))
        {
            await writer.Patient.ReadAsync((connection, token) => AbortAsync(writer, connection, token), cancellationToken);
        }

        GroupContext[] readers = [.. groups.Where(one => !one.IsSource)];
        foreach (GroupContext group in readers)
        {
            await TellAsync(group, cancellationToken);
        }

        return new JsonObject { ["groups"] = readers.Length };
    }

    /// <summary>Deletes the queues.</summary>
    /// <returns>How many there were.</returns>
    public async Task<JsonObject> DeleteQueuesAsync(RunContext run, CancellationToken cancellationToken)
    {
        int deleted = 0;
        foreach (GroupContext writer in Writers(Contexts(run)))
        {
            await writer.Transport.DeleteAsync(writer.TopicOf(writer.Group.OutputQueue), cancellationToken);
            deleted += writer.Plan.ConsumerGroups(writer.Group.OutputQueue).Count;
        }

        return new JsonObject { ["queues_deleted"] = deleted };
    }

    private GroupContext[] Contexts(RunContext run) =>
        [.. definition.Groups.Select(group => new GroupContext(startId, definition, group, run, database, transport, time))];

    // Any group names its queues in the same way.
    private static IEnumerable<GroupContext> Writers(GroupContext[] groups) =>
        groups.Where(one => one.Group.OutputQueue.Length > 0).DistinctBy(one => one.Group.OutputQueue, StringComparer.Ordinal);

    private static async Task<bool> AbortAsync(GroupContext writer, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await writer.Streams.AbortAsync(connection, writer.StreamOf(writer.Group.OutputQueue), "The start has ended.", cancellationToken);
        }
        catch (StreamException)
        {
            // It was never opened, or has ended.
            return false;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable)
        {
            // No stream of the project was ever opened.
            return false;
        }
    }

    private async Task TellAsync(GroupContext group, CancellationToken cancellationToken)
    {
        var counts = new GroupCounts(group);
        StreamStatus? status;
        try
        {
            status = await counts.ReadAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable)
        {
            return;
        }

        if (status is null)
        {
            return;
        }

        GroupProgress progress = counts.Of(status, 0);
        await TellAsync(group, progress, cancellationToken);
        if (group.SourceWriter is { } writer)
        {
            await TellAsync(group, counts.OfWriter(writer.Id, status, 0), cancellationToken);
        }

        await foreach (IReadOnlyList<ParkedProgress> page in new ParkedReports(group).AllAsync(cancellationToken))
        {
            await TellAsync(group, progress with { Parked = page }, cancellationToken);
        }
    }

    private Task<bool> TellAsync(GroupContext group, GroupProgress progress, CancellationToken cancellationToken) => group.Patient.WaitAsync(
        async () =>
        {
            await reports.ReportAsync(progress, cancellationToken);
            return true;
        },
        cancellationToken);
}
