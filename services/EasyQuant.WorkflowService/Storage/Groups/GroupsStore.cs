using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Storage.Runs;
using EasyQuant.WorkflowService.Storage.Workflows;
using Grpc.Core;
using Npgsql;

namespace EasyQuant.WorkflowService.Storage.Groups;

/// <summary>Stores and reads process groups: names are unique among those not archived, versions count up by one and never change. Thread-safe.</summary>
internal sealed class GroupsStore(NpgsqlDataSource dataSource, RunHistoryFactory clock)
{
    private const string VersionColumns = "v.scheduler_id, v.version, v.project_id, v.definition, v.definition_hash, v.create_time, v.actor";

    /// <summary>Stores new process groups as version 1; the same request again returns the first answer.</summary>
    public Task<StoredGroups> CreateAsync(NewDefinition definition, Guid schedulerId, Guid? requestId, CancellationToken cancellationToken) =>
        Transactions.RunAsync(
            dataSource,
            "groups.create",
            async (connection, token) =>
            {
                DateTimeOffset now = clock.Now();
                await using NpgsqlCommand insert = Pg.Command(
                    connection,
                    """
                    insert into workflow.process_schedulers(scheduler_id, project_id, name, latest_version, request_id, create_time)
                    values ($1, $2, $3, 1, $4, $5) on conflict do nothing
                    """,
                    Pg.P(schedulerId), Pg.P(definition.ProjectId), Pg.P(definition.Name), Pg.OrNull(requestId), Pg.P(now));
                return await insert.ExecuteNonQueryAsync(token) == 1
                    ? await InsertVersionAsync(connection, definition, schedulerId, 1, now, token)
                    : await FindExistingAsync(connection, definition, schedulerId, requestId, token);
            },
            cancellationToken);

    /// <summary>Stores the next version; a definition equal to the latest returns the latest.</summary>
    public Task<StoredGroups> UpdateAsync(NewDefinition definition, int expectedVersion, CancellationToken cancellationToken) =>
        Transactions.RunAsync(
            dataSource,
            "groups.update",
            async (connection, token) =>
            {
                List<StoredGroups> found = await ReadAsync(
                    connection,
                    $"""
                    select {VersionColumns} from workflow.process_schedulers s
                    join workflow.process_scheduler_versions v on v.scheduler_id = s.scheduler_id and v.version = s.latest_version
                    where s.project_id = $1 and s.name = $2 and s.archive_time is null for update of s
                    """,
                    [Pg.P(definition.ProjectId), Pg.P(definition.Name)],
                    token);
                StoredGroups latest = found is [var one] ? one : throw NotFound(definition.Name, 0);
                if (latest.Hash == definition.Hash)
                {
                    return latest;
                }

                if (expectedVersion != 0 && expectedVersion != latest.Version)
                {
                    throw new RpcError(
                        StatusCode.FailedPrecondition, "VERSION_CONFLICT", $"The latest version of '{definition.Name}' is {latest.Version}, not {expectedVersion}.");
                }

                await using (NpgsqlCommand update = Pg.Command(
                    connection, "update workflow.process_schedulers set latest_version = $2 where scheduler_id = $1", Pg.P(latest.SchedulerId), Pg.P(latest.Version + 1)))
                {
                    await update.ExecuteNonQueryAsync(token);
                }

                return await InsertVersionAsync(connection, definition, latest.SchedulerId, latest.Version + 1, clock.Now(), token);
            },
            cancellationToken);

    /// <summary>Archives; nothing happens when it is archived already or does not exist.</summary>
    public Task<int> ArchiveAsync(string projectId, string name, CancellationToken cancellationToken) =>
        Transactions.RunAsync(
            dataSource,
            "groups.archive",
            async (connection, token) =>
            {
                await using NpgsqlCommand command = Pg.Command(
                    connection,
                    "update workflow.process_schedulers set archive_time = $3 where project_id = $1 and name = $2 and archive_time is null",
                    Pg.P(projectId), Pg.P(name), Pg.P(clock.Now()));
                return await command.ExecuteNonQueryAsync(token);
            },
            cancellationToken);

    /// <summary>Reads one version by name or id of the process scheduler; 0 for the latest. A version given by number is found when archived too.</summary>
    /// <exception cref="RpcError">NotFound PROCESS_SCHEDULER_NOT_FOUND.</exception>
    public async Task<StoredGroups> GetAsync(string projectId, string name, int version, CancellationToken cancellationToken)
    {
        List<StoredGroups> found = await QueryAsync(
            $"""
            select {VersionColumns} from workflow.process_schedulers s
            join workflow.process_scheduler_versions v on v.scheduler_id = s.scheduler_id and v.version = case when $3 = 0 then s.latest_version else $3 end
            where s.project_id = $1 and (s.name = $2 or s.scheduler_id = $4) and (s.archive_time is null or $3 > 0)
            order by s.name = $2 desc, s.archive_time is null desc, s.create_time desc limit 1
            """,
            () => [Pg.P(projectId), Pg.P(name), Pg.P(version), Pg.OrNull(Guid.TryParse(name, out Guid id) ? id : null)],
            cancellationToken);
        return found is [var one] ? one : throw NotFound(name, version);
    }

    /// <summary>Reads the version of a start.</summary>
    public async Task<StoredGroups> GetAsync(Guid schedulerId, int version, CancellationToken cancellationToken) =>
        (await QueryAsync(
            $"select {VersionColumns} from workflow.process_scheduler_versions v where v.scheduler_id = $1 and v.version = $2",
            () => [Pg.P(schedulerId), Pg.P(version)],
            cancellationToken))[0];

    /// <summary>Reads a page of the latest versions by name, ascending, starting after a name.</summary>
    public Task<List<StoredGroups>> ListAsync(string projectId, string prefix, string afterName, int countMax, CancellationToken cancellationToken) =>
        QueryAsync(
            $"""
            select {VersionColumns} from workflow.process_schedulers s
            join workflow.process_scheduler_versions v on v.scheduler_id = s.scheduler_id and v.version = s.latest_version
            where s.project_id = $1 and s.archive_time is null and starts_with(s.name, $2) and s.name > $3
            order by s.name limit $4
            """,
            () => [Pg.P(projectId), Pg.P(prefix), Pg.P(afterName), Pg.P(countMax)],
            cancellationToken);

    /// <summary>Reads a page of versions, newest first, starting before a version.</summary>
    public Task<List<StoredGroups>> ListVersionsAsync(Guid schedulerId, int beforeVersion, int countMax, CancellationToken cancellationToken) =>
        QueryAsync(
            $"select {VersionColumns} from workflow.process_scheduler_versions v where v.scheduler_id = $1 and v.version < $2 order by v.version desc limit $3",
            () => [Pg.P(schedulerId), Pg.P(beforeVersion), Pg.P(countMax)],
            cancellationToken);

    private static RpcError NotFound(string name, int version) => RpcError.NotFound(
        "PROCESS_SCHEDULER_NOT_FOUND",
        version == 0 ? $"There is no process scheduler '{Grpc.Requests.Cut(name)}'." : $"There is no process scheduler '{Grpc.Requests.Cut(name)}' version {version}.");

    private static async Task<StoredGroups> InsertVersionAsync(
        NpgsqlConnection connection, NewDefinition definition, Guid schedulerId, int version, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand insert = Pg.Command(
            connection,
            """
            insert into workflow.process_scheduler_versions(scheduler_id, version, project_id, definition, definition_hash, create_time, actor)
            values ($1, $2, $3, $4, $5, $6, $7)
            """,
            Pg.P(schedulerId), Pg.P(version), Pg.P(definition.ProjectId), Pg.P(definition.Json), Pg.P(definition.Hash), Pg.P(now), Pg.P(definition.Actor));
        await insert.ExecuteNonQueryAsync(cancellationToken);
        return new StoredGroups(schedulerId, version, definition.ProjectId, definition.Json, definition.Hash, now, definition.Actor);
    }

    // Either the request was executed before (also by this very call, when the reply to its COMMIT was lost), or the name is taken.
    private static async Task<StoredGroups> FindExistingAsync(
        NpgsqlConnection connection, NewDefinition definition, Guid schedulerId, Guid? requestId, CancellationToken cancellationToken)
    {
        List<StoredGroups> found = await ReadAsync(
            connection,
            $"""
            select {VersionColumns} from workflow.process_schedulers s
            join workflow.process_scheduler_versions v on v.scheduler_id = s.scheduler_id and v.version = 1
            where s.project_id = $1 and (s.request_id = $2 or s.scheduler_id = $3)
            """,
            [Pg.P(definition.ProjectId), Pg.OrNull(requestId), Pg.P(schedulerId)],
            cancellationToken);
        if (found is not [var first])
        {
            throw new RpcError(StatusCode.AlreadyExists, "PROCESS_SCHEDULER_EXISTS", $"There is a process scheduler '{definition.Name}' already; update it instead.");
        }

        return first.Hash == definition.Hash
            ? first
            : throw new RpcError(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", $"The request id {requestId} was used for another definition; choose a new one.");
    }

    private Task<List<StoredGroups>> QueryAsync(string sql, Func<NpgsqlParameter[]> parameters, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, (connection, token) => ReadAsync(connection, sql, parameters(), token), cancellationToken);

    private static async Task<List<StoredGroups>> ReadAsync(
        NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        var read = new List<StoredGroups>();
        await using NpgsqlCommand command = Pg.Command(connection, sql, parameters);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            read.Add(new StoredGroups(
                reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3), reader.GetString(4),
                new DateTimeOffset(reader.GetDateTime(5), TimeSpan.Zero), reader.GetString(6)));
        }

        return read;
    }
}
