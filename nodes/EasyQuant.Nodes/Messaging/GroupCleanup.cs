using System.Text.Json.Nodes;
using EasyQuant.Flow;
using EasyQuant.Messaging.Topics;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Persistence.Streams;
using Npgsql;

namespace EasyQuant.Nodes.Messaging;

/// <summary>What follows a start that was stopped or has failed: its queues leave the broker, its streams are marked as given up. Repeatable.</summary>
internal sealed class GroupCleanup(string startId, GroupsDefinition definition, ProjectDatabase database, TopicTransports transports, TimeProvider time)
{
    /// <summary>Stands for all groups in the parameter of the node; no group can have this id.</summary>
    public const string AllGroups = "*";

    public async Task<JsonObject> RunAsync(RunContext run, CancellationToken cancellationToken)
    {
        // Any group names its queues in the same way.
        int deleted = 0;
        foreach (ProcessGroup writer in definition.Groups.Where(group => group.OutputQueue.Length > 0).DistinctBy(group => group.OutputQueue, StringComparer.Ordinal))
        {
            var context = new GroupContext(startId, definition, writer, run, database, TransportOf(), time);
            await context.Patient.ReadAsync((connection, token) => AbortAsync(context, connection, context.StreamOf(writer.OutputQueue), token), cancellationToken);
            await context.Transport.DeleteAsync(context.TopicOf(writer.OutputQueue), cancellationToken);
            deleted += context.Plan.ConsumerGroups(writer.OutputQueue).Count;
        }

        return new JsonObject { ["queues_deleted"] = deleted };
    }

    private ITopicTransport TransportOf() => transports.Get(definition.MqType);

    private static async Task<bool> AbortAsync(GroupContext context, NpgsqlConnection connection, string stream, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Streams.AbortAsync(connection, stream, "The start has ended.", cancellationToken);
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
}
