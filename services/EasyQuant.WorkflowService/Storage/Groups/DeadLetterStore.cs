using EasyQuant.Contracts.Group.V1;
using EasyQuant.Persistence;
using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Groups;

/// <summary>Keeps and lists the parked chunks that Runners tell of. Thread-safe.</summary>
internal sealed class DeadLetterStore(NpgsqlDataSource dataSource)
{
    /// <summary>Parked chunks of one group that are kept.</summary>
    public const int CountMax = 10_000;

    /// <summary>Notes parked chunks on the connection of the caller, which holds the row of the group. What is older than what is known changes nothing.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection, Guid startId, string groupId, IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        if (letters.Count == 0)
        {
            return;
        }

        await using NpgsqlCommand command = Pg.Command(
            connection,
            """
            insert into workflow.group_dead_letters as d (start_id, group_id, dead_letter_id, reason, state, last_time, letter)
            select $1, $2, n.id, n.reason, n.state, n.last_time, n.letter
            from (
                select u.*, k.dead_letter_id is not null as is_known, count(*) filter (where k.dead_letter_id is null) over (order by u.id) as new_count
                from unnest($3::bigint[], $4::text[], $5::smallint[], $6::timestamptz[], $7::bytea[]) as u(id, reason, state, last_time, letter)
                left join workflow.group_dead_letters k on k.start_id = $1 and k.group_id = $2 and k.dead_letter_id = u.id) as n
            where n.is_known or n.new_count + (select count(*) from workflow.group_dead_letters where start_id = $1 and group_id = $2) <= $8
            on conflict (start_id, group_id, dead_letter_id) do update
                set reason = excluded.reason, state = excluded.state, last_time = excluded.last_time, letter = excluded.letter
                where excluded.last_time >= d.last_time
            """,
            Pg.P(startId), Pg.P(groupId),
            Pg.Many(NpgsqlDbType.Bigint, letters, letter => letter.DeadLetterId),
            Pg.Many(NpgsqlDbType.Text, letters, letter => letter.Reason),
            Pg.Many(NpgsqlDbType.Smallint, letters, letter => (short)letter.State),
            Pg.Many(NpgsqlDbType.TimestampTz, letters, letter => letter.LastTime.ToDateTime()),
            Pg.Many(NpgsqlDbType.Bytea, letters, letter => letter.ToByteArray()),
            Pg.P(CountMax));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Lists a page, by number; null when the start of the project has no such group.</summary>
    public Task<List<DeadLetter>?> ListAsync(
        string projectId, Guid startId, string groupId, string reason, bool withResolved, long afterId, int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                await using (NpgsqlCommand known = Pg.Command(
                    connection,
                    """
                    select 1 from workflow.group_starts s join workflow.group_start_groups g on g.start_id = s.start_id
                    where s.project_id = $1 and s.start_id = $2 and g.group_id = $3
                    """,
                    Pg.P(projectId), Pg.P(startId), Pg.P(groupId)))
                {
                    if (await known.ExecuteScalarAsync(token) is null)
                    {
                        return null;
                    }
                }

                var letters = new List<DeadLetter>();
                await using NpgsqlCommand command = Pg.Command(
                    connection,
                    """
                    select letter from workflow.group_dead_letters
                    where start_id = $1 and group_id = $2 and dead_letter_id > $3 and ($4 = '' or reason = $4) and ($5 or state <> 3)
                    order by dead_letter_id limit $6
                    """,
                    Pg.P(startId), Pg.P(groupId), Pg.P(afterId), Pg.P(reason), Pg.P(withResolved), Pg.P(countMax));
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                {
                    letters.Add(DeadLetter.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0)));
                }

                return (List<DeadLetter>?)letters;
            },
            cancellationToken);
}
