using EasyQuant.Gateway.Auth;
using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.Gateway.Storage;

/// <summary>API keys in PostgreSQL, schema <c>gateway</c>. Thread-safe.</summary>
/// <param name="database">The database.</param>
internal sealed class KeyStore(NpgsqlDataSource database) : IKeyStore
{
    /// <summary>Schema of the Gateway.</summary>
    public const string Schema = "gateway";

    private const string Columns =
        "key_id, project_id, name, prefix, secret_hash, scopes, actor, create_time, expire_time, revoke_time, last_use_time";

    /// <inheritdoc/>
    public async Task<KeyRecord?> FindAsync(string prefix, CancellationToken cancellationToken) =>
        (await ReadAsync($"select {Columns} from gateway.api_keys where prefix = $1", [Of(prefix)], cancellationToken)).SingleOrDefault();

    /// <inheritdoc/>
    public async Task<KeyInsert> InsertAsync(KeyRecord key, int countMax, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            insert into gateway.api_keys ({Columns})
            select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, null
            where (select count(*) from gateway.api_keys where project_id = $2 and revoke_time is null) < $11
            """;
        try
        {
            await using NpgsqlCommand command = database.CreateCommand(Sql);
            command.Parameters.AddRange((NpgsqlParameter[])
            [
                Of(key.KeyId), Of(key.ProjectId), Of(key.Name), Of(key.Prefix), Of(key.SecretHash), Of(key.Scopes.Select(s => (int)s).ToArray()),
                Of(key.Actor), Of(key.CreateTime.UtcDateTime), OfTime(key.ExpireTime), OfTime(key.RevokeTime), Of((long)countMax),
            ]);
            return await command.ExecuteNonQueryAsync(cancellationToken) == 1 ? KeyInsert.Stored : KeyInsert.TooMany;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return KeyInsert.NameTaken;
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<KeyRecord>> ListAsync(
        string projectId, (DateTimeOffset CreateTime, Guid KeyId)? after, int count, CancellationToken cancellationToken) => ReadAsync(
            $"""
            select {Columns} from gateway.api_keys
            where project_id = $1 and ($2::timestamptz is null or (create_time, key_id) < ($2, $3))
            order by create_time desc, key_id desc limit $4
            """,
            [Of(projectId), OfTime(after?.CreateTime), Of(after?.KeyId ?? Guid.Empty), Of(count)],
            cancellationToken);

    /// <inheritdoc/>
    public async Task<KeyRecord?> RevokeAsync(string projectId, Guid keyId, DateTimeOffset time, CancellationToken cancellationToken) =>
        (await ReadAsync(
            $"update gateway.api_keys set revoke_time = coalesce(revoke_time, $3) where project_id = $1 and key_id = $2 returning {Columns}",
            [Of(projectId), Of(keyId), OfTime(time)],
            cancellationToken)).SingleOrDefault();

    /// <inheritdoc/>
    public async Task NoteUsesAsync(IReadOnlyCollection<KeyValuePair<Guid, DateTimeOffset>> uses, CancellationToken cancellationToken)
    {
        // Locked in one order by every gateway, so that none waits for another that waits for it.
        const string Sql = """
            with u as (
                select k.key_id, n.time from unnest($1, $2) as n(key_id, time) join gateway.api_keys k using (key_id)
                where k.last_use_time is null or k.last_use_time < n.time
                order by k.key_id for no key update of k)
            update gateway.api_keys k set last_use_time = u.time
            from u where k.key_id = u.key_id and (k.last_use_time is null or k.last_use_time < u.time)
            """;
        await using NpgsqlCommand command = database.CreateCommand(Sql);
        command.Parameters.Add(Of(uses.Select(u => u.Key).ToArray()));
        command.Parameters.Add(Of(uses.Select(u => u.Value.UtcDateTime).ToArray()));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<KeyRecord>> ReadAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken) =>
        await TransientRetry.Request.ExecuteAsync(
            async token =>
            {
                await using NpgsqlCommand command = database.CreateCommand(sql);
                command.Parameters.AddRange(parameters.Select(p => p.Clone()).ToArray());
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                var keys = new List<KeyRecord>();
                while (await reader.ReadAsync(token))
                {
                    keys.Add(Read(reader));
                }

                return (IReadOnlyList<KeyRecord>)keys;
            },
            cancellationToken);

    private static KeyRecord Read(NpgsqlDataReader reader) => new()
    {
        KeyId = reader.GetGuid(0),
        ProjectId = reader.GetString(1),
        Name = reader.GetString(2),
        Prefix = reader.GetString(3),
        SecretHash = reader.GetFieldValue<byte[]>(4),
        Scopes = [.. reader.GetFieldValue<int[]>(5).Select(s => (KeyScope)s)],
        Actor = reader.GetString(6),
        CreateTime = reader.GetFieldValue<DateTimeOffset>(7),
        ExpireTime = TimeOf(reader, 8),
        RevokeTime = TimeOf(reader, 9),
        LastUseTime = TimeOf(reader, 10),
    };

    private static DateTimeOffset? TimeOf(NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<DateTimeOffset>(ordinal);

    private static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter OfTime(DateTimeOffset? time) =>
        new() { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz, Value = time is { } set ? set.UtcDateTime : DBNull.Value };
}
