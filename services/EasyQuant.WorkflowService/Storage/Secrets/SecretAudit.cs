using EasyQuant.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Secrets;

/// <summary>The audit of secrets: entries are added in the transaction of the change, numbered without gaps within a project. Thread-safe.</summary>
internal sealed class SecretAudit(NpgsqlDataSource dataSource)
{
    private const string Columns = "project_id, name, action, version, hosts, request_id, request_hash, key_id, actor, event_time, position";

    private const string AddSql =
        $"""
        insert into workflow.secret_audit({Columns})
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce(max(position), 0) + 1 from workflow.secret_audit where project_id = $1
        """;

    /// <summary>Lets changes of one project follow each other until the transaction ends.</summary>
    public static async Task LockAsync(NpgsqlConnection connection, string projectId, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(connection, "select pg_advisory_xact_lock(hashtextextended($1, 0))", Pg.P("workflow.secrets/" + projectId));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Adds an entry; the caller holds the project's lock.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, AuditEntry entry, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(
            connection, AddSql, Pg.P(entry.ProjectId), Pg.P(entry.Name), Pg.P(entry.Action), Pg.P(entry.Version), Pg.Many(NpgsqlDbType.Text, entry.Hosts, host => host),
            Pg.OrNull(entry.RequestId), Pg.OrNull(entry.RequestHash), Pg.P(entry.KeyId), Pg.P(entry.Actor), Pg.P(entry.Time));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Finds the entry of a request.</summary>
    public static async Task<AuditEntry?> FindAsync(NpgsqlConnection connection, string projectId, Guid requestId, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(
            connection, $"select {Columns} from workflow.secret_audit where project_id = $1 and request_id = $2", Pg.P(projectId), Pg.P(requestId));
        return (await ReadAllAsync(command, cancellationToken)).FirstOrDefault();
    }

    /// <summary>The newest version that a name ever had; 0 for none.</summary>
    public static async Task<int> LastVersionAsync(NpgsqlConnection connection, string projectId, string name, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(
            connection, "select coalesce(max(version), 0) from workflow.secret_audit where project_id = $1 and name = $2", Pg.P(projectId), Pg.P(name));
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Reads a page, newest first, below a position.</summary>
    public Task<List<AuditEntry>> ListAsync(string projectId, long below, int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                await using NpgsqlCommand command = Pg.Command(
                    connection, $"select {Columns} from workflow.secret_audit where project_id = $1 and position < $2 order by position desc limit $3",
                    Pg.P(projectId), Pg.P(below), Pg.P(countMax));
                return await ReadAllAsync(command, token);
            },
            cancellationToken);

    private static async Task<List<AuditEntry>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var entries = new List<AuditEntry>();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(new AuditEntry(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3), reader.GetFieldValue<string[]>(4),
                reader.IsDBNull(5) ? null : reader.GetGuid(5), Pg.BytesOrNull(reader, 6), reader.GetString(7), reader.GetString(8),
                new DateTimeOffset(reader.GetDateTime(9), TimeSpan.Zero), reader.GetInt64(10)));
        }

        return entries;
    }
}
