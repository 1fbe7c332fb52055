using EasyQuant.Contracts.Group.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Npgsql;

namespace EasyQuant.WorkflowService.Storage.Groups;

/// <summary>Keeps what the nodes of a replica's chain did, one row for each epoch of its run, on a connection of the caller.</summary>
internal static class StageStore
{
    private const int RowsMax = 10_000;

    /// <summary>Notes the stages of a run's epoch; none changes nothing.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, Guid startId, Guid runId, ReportGroupSumsRequest request, CancellationToken cancellationToken)
    {
        if (request.Stages.Count == 0)
        {
            return;
        }

        byte[] stages = new ReportGroupSumsRequest { Stages = { request.Stages } }.ToByteArray();
        await using NpgsqlCommand command = Pg.Command(
            connection,
            """
            insert into workflow.group_stages(run_id, epoch, start_id, group_id, stages) values ($1, $2, $3, $4, $5)
            on conflict (run_id, epoch) do update set stages = excluded.stages
            """,
            Pg.P(runId), Pg.P(request.Epoch), Pg.P(startId), Pg.P(request.GroupId), Pg.OrNull(stages));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Adds the sums over all replicas to the groups of a start.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, GroupStart start, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(
            connection, "select group_id, stages from workflow.group_stages where start_id = $1 order by group_id, run_id, epoch limit $2",
            Pg.P(Guid.Parse(start.StartId)), Pg.P(RowsMax));
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            string groupId = reader.GetString(0);
            if (start.Groups.FirstOrDefault(group => group.GroupId == groupId) is { } group)
            {
                Add(group, ReportGroupSumsRequest.Parser.ParseFrom(reader.GetFieldValue<byte[]>(1)).Stages);
            }
        }
    }

    private static void Add(GroupState group, IEnumerable<StageSums> stages)
    {
        foreach (StageSums stage in stages)
        {
            StageSums? sum = group.Stages.FirstOrDefault(known => known.NodeId == stage.NodeId);
            if (sum is null)
            {
                group.Stages.Add(stage);
                continue;
            }

            sum.ChunkCount += stage.ChunkCount;
            sum.RowCount += stage.RowCount;
            sum.ByteCount += stage.ByteCount;
            sum.ErrorCount += stage.ErrorCount;
            sum.Busy = Sum(sum.Busy, stage.Busy);
            sum.Waiting = Sum(sum.Waiting, stage.Waiting);
        }
    }

    private static Duration Sum(Duration? left, Duration? right) =>
        Duration.FromTimeSpan((left?.ToTimeSpan() ?? TimeSpan.Zero) + (right?.ToTimeSpan() ?? TimeSpan.Zero));
}
