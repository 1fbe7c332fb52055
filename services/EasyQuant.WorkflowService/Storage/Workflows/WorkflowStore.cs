using System.Collections.Concurrent;
using EasyQuant.Persistence;
using EasyQuant.WorkflowService.Definitions;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Workflows;

/// <summary>Reads stored workflows. Versions never change, so they are cached. Thread-safe.</summary>
internal sealed class WorkflowStore(NpgsqlDataSource dataSource)
{
    private const int CachedCountMax = 1_000;
    private const string VersionColumns = "v.workflow_id, v.version, v.project_id, v.definition, v.definition_hash, v.create_time, v.actor";

    private readonly ConcurrentDictionary<VersionKey, StoredDefinition> _cache = [];

    /// <summary>Finds versions by name, 0 for the latest; only workflows that are not archived. Names that are not found are left out.</summary>
    public async Task<Dictionary<(string Name, int Version), StoredDefinition>> FindAsync(
        string projectId, IReadOnlyCollection<(string Name, int Version)> wanted, CancellationToken cancellationToken)
    {
        (string Name, int Version)[] names = [.. wanted];
        var keys = new Dictionary<(string, int), VersionKey>();
        await Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                keys.Clear();
                await using NpgsqlCommand command = Pg.Command(
                    connection,
                    """
                    select n.name, n.version, w.workflow_id, case when n.version = 0 then w.latest_version else n.version end
                    from unnest($2::text[], $3::int[]) as n(name, version)
                    join workflow.workflows w on w.project_id = $1 and w.name = n.name and w.archive_time is null and n.version between 0 and w.latest_version
                    """,
                    Pg.P(projectId),
                    Pg.Many(NpgsqlDbType.Text, names, name => name.Name),
                    Pg.Many(NpgsqlDbType.Integer, names, name => name.Version));
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                {
                    keys[(reader.GetString(0), reader.GetInt32(1))] = new VersionKey(reader.GetGuid(2), reader.GetInt32(3));
                }

                return keys.Count;
            },
            cancellationToken);
        Dictionary<VersionKey, StoredDefinition> loaded = await LoadAsync([.. keys.Values.Distinct()], cancellationToken);
        return keys.Where(entry => loaded.ContainsKey(entry.Value)).ToDictionary(entry => entry.Key, entry => loaded[entry.Value]);
    }

    /// <summary>Loads versions by key, from the cache where possible.</summary>
    public async Task<Dictionary<VersionKey, StoredDefinition>> LoadAsync(IReadOnlyList<VersionKey> keys, CancellationToken cancellationToken)
    {
        var loaded = new Dictionary<VersionKey, StoredDefinition>();
        var missing = new List<VersionKey>();
        foreach (VersionKey key in keys)
        {
            if (_cache.TryGetValue(key, out StoredDefinition? cached))
            {
                loaded[key] = cached;
            }
            else
            {
                missing.Add(key);
            }
        }

        if (missing.Count > 0)
        {
            List<StoredDefinition> read = await QueryAsync(
                $"""
                select {VersionColumns} from workflow.workflow_versions v
                join unnest($1::uuid[], $2::int[]) as k(workflow_id, version) on v.workflow_id = k.workflow_id and v.version = k.version
                """,
                [Pg.Many(NpgsqlDbType.Uuid, missing, key => key.WorkflowId), Pg.Many(NpgsqlDbType.Integer, missing, key => key.Version)],
                cancellationToken);
            read.ForEach(stored => loaded[stored.Key] = stored);
        }

        return loaded;
    }

    /// <summary>Reads one version; 0 for the latest. A version given by number is found in an archived workflow too.</summary>
    public async Task<StoredDefinition?> GetAsync(string projectId, string name, int version, CancellationToken cancellationToken)
    {
        List<StoredDefinition> found = await QueryAsync(
            $"""
            select {VersionColumns} from workflow.workflows w
            join workflow.workflow_versions v on v.workflow_id = w.workflow_id and v.version = case when $3 = 0 then w.latest_version else $3 end
            where w.project_id = $1 and w.name = $2 and (w.archive_time is null or $3 > 0)
            order by w.archive_time is null desc, w.create_time desc limit 1
            """,
            [Pg.P(projectId), Pg.P(name), Pg.P(version)],
            cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Reads a page of the latest versions by name, ascending, starting after a name.</summary>
    public Task<List<StoredDefinition>> ListAsync(
        string projectId, string prefix, string afterName, int countMax, CancellationToken cancellationToken) =>
        QueryAsync(
            $"""
            select {VersionColumns} from workflow.workflows w
            join workflow.workflow_versions v on v.workflow_id = w.workflow_id and v.version = w.latest_version
            where w.project_id = $1 and w.archive_time is null and starts_with(w.name, $2) and w.name > $3
            order by w.name limit $4
            """,
            [Pg.P(projectId), Pg.P(prefix), Pg.P(afterName), Pg.P(countMax)],
            cancellationToken);

    /// <summary>Reads a page of the versions of one workflow, newest first, starting before a version.</summary>
    public Task<List<StoredDefinition>> ListVersionsAsync(
        Guid workflowId, int beforeVersion, int countMax, CancellationToken cancellationToken) =>
        QueryAsync(
            $"select {VersionColumns} from workflow.workflow_versions v where v.workflow_id = $1 and v.version < $2 order by v.version desc limit $3",
            [Pg.P(workflowId), Pg.P(beforeVersion), Pg.P(countMax)],
            cancellationToken);

    private async Task<List<StoredDefinition>> QueryAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        List<StoredDefinition> found = await Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                var read = new List<StoredDefinition>();
                // Parameters belong to one command: a repeated execution gets copies.
                await using NpgsqlCommand command = Pg.Command(connection, sql, [.. parameters.Select(parameter => parameter.Clone())]);
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                {
                    read.Add(Read(reader));
                }

                return read;
            },
            cancellationToken);
        if (_cache.Count + found.Count > CachedCountMax)
        {
            _cache.Clear();
        }

        found.ForEach(stored => _cache.TryAdd(stored.Key, stored));
        return found;
    }

    private StoredDefinition Read(NpgsqlDataReader reader)
    {
        var key = new VersionKey(reader.GetGuid(0), reader.GetInt32(1));
        if (_cache.TryGetValue(key, out StoredDefinition? cached))
        {
            return cached;
        }

        string json = reader.GetString(3);
        return new StoredDefinition
        {
            Key = key,
            ProjectId = reader.GetString(2),
            Json = json,
            Hash = reader.GetString(4),
            CreateTime = new DateTimeOffset(reader.GetDateTime(5), TimeSpan.Zero),
            Actor = reader.GetString(6),
            Wire = DefinitionCodec.ToWire(json),
            Core = DefinitionCodec.ToCore(json),
        };
    }
}
