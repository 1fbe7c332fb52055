using System.Security.Cryptography;
using EasyQuant.Contracts.Secret.V1;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Secrets;
using EasyQuant.WorkflowService.Storage.Items;
using EasyQuant.WorkflowService.Storage.Runs;
using Grpc.Core;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Secrets;

/// <summary>Keeps secrets, sealed. Changes of one project follow each other, each with its entry in the audit. Thread-safe.</summary>
internal sealed class SecretStore(NpgsqlDataSource dataSource, KeyRing ring, RunHistoryFactory clock)
{
    /// <summary>Secrets that a project may have.</summary>
    public const int SecretsMax = 1_000;

    private const int RewrapMax = 100;

    private const string UpsertSql =
        """
        insert into workflow.secrets(project_id, name, version, hosts, nonce, ciphertext, data_key, key_id, create_time, update_time, actor)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)
        on conflict (project_id, name) do update
        set version = excluded.version, hosts = excluded.hosts, nonce = excluded.nonce, ciphertext = excluded.ciphertext, data_key = excluded.data_key,
            key_id = excluded.key_id, update_time = excluded.update_time, last_use_time = null, actor = excluded.actor
        """;

    private const string TouchSql =
        """
        update workflow.secrets set last_use_time = $3
        where project_id = $1 and name = $2 and (last_use_time is null or last_use_time < $3 - interval '1 minute')
        """;

    private const string RewrapSql =
        "update workflow.secrets set data_key = $5, key_id = $6 where project_id = $1 and name = $2 and version = $3 and key_id = $4";

    /// <summary>Stores a value; the same request again returns what is stored.</summary>
    /// <exception cref="RpcError">ResourceExhausted SECRET_COUNT_MAX; AlreadyExists REQUEST_ID_REUSED; FailedPrecondition SECRETS_NOT_CONFIGURED.</exception>
    public Task<Secret> SetAsync(SecretChange change, CancellationToken cancellationToken)
    {
        if (ring.CurrentId.Length == 0)
        {
            throw NotConfigured();
        }

        return Transactions.RunAsync(
            dataSource,
            "secrets.set",
            async (connection, token) =>
            {
                await SecretAudit.LockAsync(connection, change.ProjectId, token);
                if (change.RequestId is { } requestId && await SecretAudit.FindAsync(connection, change.ProjectId, requestId, token) is { } known)
                {
                    return await RepeatAsync(connection, change, known, token);
                }

                await CheckCountAsync(connection, change, token);
                DateTimeOffset now = clock.Now();
                int version = await SecretAudit.LastVersionAsync(connection, change.ProjectId, change.Name, token) + 1;
                var identity = new SecretIdentity(change.ProjectId, change.Name, version, change.Hosts);
                SealedSecret secret = SecretEnvelope.Seal(ring, identity, change.Value);
                await using (NpgsqlCommand upsert = Pg.Command(
                    connection, UpsertSql, Pg.P(change.ProjectId), Pg.P(change.Name), Pg.P(version), Texts(change.Hosts), Pg.OrNull(secret.Nonce), Pg.OrNull(secret.Ciphertext),
                    Pg.OrNull(secret.DataKey), Pg.P(secret.KeyId), Pg.P(now), Pg.P(change.Actor)))
                {
                    await upsert.ExecuteNonQueryAsync(token);
                }

                var entry = new AuditEntry(change.ProjectId, change.Name, "set", version, change.Hosts, change.RequestId, Hash(change, ring.CurrentId), ring.CurrentId, change.Actor, now);
                await SecretAudit.AddAsync(connection, entry, token);
                return (await FindAsync(connection, change.ProjectId, change.Name, token))!.ToWire();
            },
            cancellationToken);
    }

    /// <summary>Reads a page by name, starting after a name.</summary>
    public Task<List<SecretRow>> ListAsync(string projectId, string afterName, int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                await using NpgsqlCommand command = Pg.Command(
                    connection, $"select {SecretRow.Columns} from workflow.secrets where project_id = $1 and name > $2 order by name limit $3",
                    Pg.P(projectId), Pg.P(afterName), Pg.P(countMax));
                return await ReadAllAsync(command, token);
            },
            cancellationToken);

    /// <summary>Deletes a secret; nothing happens when there is none.</summary>
    public Task<bool> DeleteAsync(string projectId, string name, string actor, CancellationToken cancellationToken) =>
        Transactions.RunAsync(
            dataSource,
            "secrets.delete",
            async (connection, token) =>
            {
                await SecretAudit.LockAsync(connection, projectId, token);
                await using NpgsqlCommand delete = Pg.Command(
                    connection, "delete from workflow.secrets where project_id = $1 and name = $2 returning version", Pg.P(projectId), Pg.P(name));
                if (await delete.ExecuteScalarAsync(token) is not int version)
                {
                    return false;
                }

                await SecretAudit.AddAsync(connection, new AuditEntry(projectId, name, "delete", version, [], null, null, ring.CurrentId, actor, clock.Now()), token);
                return true;
            },
            cancellationToken);

    /// <summary>Reads a value for a run under lease; null when the lease is lost.</summary>
    /// <exception cref="RpcError">NotFound SECRET_NOT_FOUND; FailedPrecondition SECRET_UNREADABLE, SECRETS_NOT_CONFIGURED.</exception>
    public Task<(SecretIdentity Identity, byte[] Value)?> FetchAsync(Lease lease, string name, CancellationToken cancellationToken) =>
        Transactions.RunAsync<(SecretIdentity, byte[])?>(
            dataSource,
            "secrets.fetch",
            async (connection, token) =>
            {
                if (await ItemStore.LeaseAsync(connection, lease, token) is not { } run)
                {
                    return null;
                }

                SecretRow row = await FindAsync(connection, run.ProjectId, name, token)
                    ?? throw RpcError.NotFound("SECRET_NOT_FOUND", $"The project has no secret '{name}'.");
                byte[] value = Open(row);
                await using NpgsqlCommand touch = Pg.Command(connection, TouchSql, Pg.P(run.ProjectId), Pg.P(name), Pg.P(clock.Now()));
                await touch.ExecuteNonQueryAsync(token);
                return (row.Identity, value);
            },
            cancellationToken);

    /// <summary>Seals data keys of older key-encryption keys under the current one.</summary>
    /// <returns>How many are sealed anew, and the ids of keys that the ring lacks and rows need.</returns>
    public async Task<(int Count, IReadOnlyList<string> MissingKeys)> RewrapAsync(CancellationToken cancellationToken)
    {
        int count = 0;
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        (string Project, string Name) after = ("", "");
        while (true)
        {
            List<SecretRow> rows = await ReadOldAsync(after, cancellationToken);
            foreach (SecretRow row in rows)
            {
                after = (row.Identity.ProjectId, row.Identity.Name);
                if (ring.Find(row.Sealed.KeyId) is null)
                {
                    missing.Add(row.Sealed.KeyId);
                }
                else
                {
                    count += await RewrapAsync(row, cancellationToken);
                }
            }

            if (rows.Count < RewrapMax)
            {
                return (count, [.. missing]);
            }
        }
    }

    private static RpcError NotConfigured() => new(
        StatusCode.FailedPrecondition, "SECRETS_NOT_CONFIGURED", "This installation keeps no secrets: Workflow was started without a directory for keys (EASYQUANT_KEYS_DIRECTORY).");

    private async Task<int> RewrapAsync(SecretRow row, CancellationToken cancellationToken)
    {
        SealedSecret anew;
        try
        {
            anew = SecretEnvelope.Rewrap(ring, row.Identity, row.Sealed);
        }
        catch (CryptographicException)
        {
            // A damaged row says so when it is used.
            return 0;
        }

        return await Transactions.RunAsync(
            dataSource,
            "secrets.rewrap",
            async (connection, token) =>
            {
                await using NpgsqlCommand update = Pg.Command(
                    connection, RewrapSql, Pg.P(row.Identity.ProjectId), Pg.P(row.Identity.Name), Pg.P(row.Identity.Version), Pg.P(row.Sealed.KeyId),
                    Pg.OrNull(anew.DataKey), Pg.P(anew.KeyId));
                return await update.ExecuteNonQueryAsync(token);
            },
            cancellationToken);
    }

    private Task<List<SecretRow>> ReadOldAsync((string Project, string Name) after, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                await using NpgsqlCommand command = Pg.Command(
                    connection,
                    $"select {SecretRow.Columns} from workflow.secrets where key_id <> $1 and (project_id, name) > ($2, $3) order by project_id, name limit {RewrapMax}",
                    Pg.P(ring.CurrentId), Pg.P(after.Project), Pg.P(after.Name));
                return await ReadAllAsync(command, token);
            },
            cancellationToken);

    private byte[] Open(SecretRow row)
    {
        try
        {
            return SecretEnvelope.Open(ring, row.Identity, row.Sealed);
        }
        catch (CryptographicException)
        {
            throw ring.CurrentId.Length == 0 ? NotConfigured() : new RpcError(
                StatusCode.FailedPrecondition,
                "SECRET_UNREADABLE",
                $"The secret '{row.Identity.Name}' cannot be opened: the key '{row.Sealed.KeyId}' is not in the key file, or the stored row was changed. Set the secret again.");
        }
    }

    // The same request again: what it asked for is stored, unless a later one replaced it.
    private async Task<Secret> RepeatAsync(NpgsqlConnection connection, SecretChange change, AuditEntry known, CancellationToken cancellationToken)
    {
        bool isSame = known.Name == change.Name && known.RequestHash is { } hash && ring.Find(known.KeyId) is not null
            && CryptographicOperations.FixedTimeEquals(hash, Hash(change, known.KeyId));
        if (!isSame)
        {
            throw new RpcError(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", $"The request id {change.RequestId} was used for another value; choose a new one.");
        }

        return (await FindAsync(connection, change.ProjectId, change.Name, cancellationToken))?.ToWire() ?? new Secret { Name = known.Name, Version = known.Version, Actor = known.Actor };
    }

    private byte[] Hash(SecretChange change, string keyId)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, ring.Find(keyId)!);
        foreach (string host in change.Hosts)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(host + "\n"));
        }

        hash.AppendData("\n"u8);
        hash.AppendData(change.Value);
        return hash.GetHashAndReset();
    }

    private static async Task CheckCountAsync(NpgsqlConnection connection, SecretChange change, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand count = Pg.Command(
            connection, "select count(*) from workflow.secrets where project_id = $1 and name <> $2", Pg.P(change.ProjectId), Pg.P(change.Name));
        if ((long)(await count.ExecuteScalarAsync(cancellationToken))! >= SecretsMax)
        {
            throw new RpcError(StatusCode.ResourceExhausted, "SECRET_COUNT_MAX", $"The project has {SecretsMax} secrets, which is the most; delete one.");
        }
    }

    private static async Task<SecretRow?> FindAsync(NpgsqlConnection connection, string projectId, string name, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(
            connection, $"select {SecretRow.Columns} from workflow.secrets where project_id = $1 and name = $2", Pg.P(projectId), Pg.P(name));
        return (await ReadAllAsync(command, cancellationToken)).FirstOrDefault();
    }

    private static async Task<List<SecretRow>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var rows = new List<SecretRow>();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(SecretRow.Read(reader));
        }

        return rows;
    }

    private static NpgsqlParameter Texts(string[] values) => Pg.Many(NpgsqlDbType.Text, values, value => value);
}
