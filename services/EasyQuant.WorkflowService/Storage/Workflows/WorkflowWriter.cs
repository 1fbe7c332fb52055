using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Storage.Runs;
using Grpc.Core;
using Npgsql;

namespace EasyQuant.WorkflowService.Storage.Workflows;

/// <summary>Stores workflows: names are unique among those not archived, versions count up by one. Thread-safe.</summary>
internal sealed class WorkflowWriter(NpgsqlDataSource dataSource, RunHistoryFactory clock)
{
    private const string InsertVersion =
        """
        insert into workflow.workflow_versions(workflow_id, version, project_id, definition, definition_hash, create_time, actor)
        values ($1, $2, $3, $4, $5, $6, $7)
        """;

    /// <summary>Stores a new workflow as version 1; the same request again returns the first answer.</summary>
    public Task<VersionKey> CreateAsync(NewDefinition definition, Guid workflowId, Guid? requestId, CancellationToken cancellationToken) =>
        Transactions.RunAsync(
            dataSource,
            "workflows.create",
            async (connection, token) =>
            {
                DateTimeOffset now = clock.Now();
                await using NpgsqlCommand insert = Pg.Command(
                    connection,
                    """
                    insert into workflow.workflows(workflow_id, project_id, name, latest_version, request_id, create_time)
                    values ($1, $2, $3, 1, $4, $5) on conflict do nothing
                    """,
                    Pg.P(workflowId), Pg.P(definition.ProjectId), Pg.P(definition.Name), Pg.OrNull(requestId), Pg.P(now));
                if (await insert.ExecuteNonQueryAsync(token) == 0)
                {
                    return await FindExistingAsync(connection, definition, workflowId, requestId, token);
                }

                await InsertVersionAsync(connection, definition, new VersionKey(workflowId, 1), now, token);
                return new VersionKey(workflowId, 1);
            },
            cancellationToken);

    /// <summary>Stores the next version; a definition equal to the latest returns the latest.</summary>
    public Task<VersionKey> UpdateAsync(NewDefinition definition, int expectedVersion, CancellationToken cancellationToken) =>
        Transactions.RunAsync(
            dataSource,
            "workflows.update",
            async (connection, token) =>
            {
                (VersionKey latest, string hash) = await LockLatestAsync(connection, definition.ProjectId, definition.Name, token);
                if (hash == definition.Hash)
                {
                    return latest;
                }

                if (expectedVersion != 0 && expectedVersion != latest.Version)
                {
                    throw new RpcError(
                        StatusCode.FailedPrecondition,
                        "VERSION_CONFLICT",
                        $"The latest version of workflow '{definition.Name}' is {latest.Version}, expected {expectedVersion}: somebody has changed it. Read it again.");
                }

                var next = new VersionKey(latest.WorkflowId, latest.Version + 1);
                await using (NpgsqlCommand update = Pg.Command(
                    connection, "update workflow.workflows set latest_version = $2 where workflow_id = $1", Pg.P(next.WorkflowId), Pg.P(next.Version)))
                {
                    await update.ExecuteNonQueryAsync(token);
                }

                await InsertVersionAsync(connection, definition, next, clock.Now(), token);
                return next;
            },
            cancellationToken);

    /// <summary>Archives a workflow; nothing happens when it is archived already or does not exist.</summary>
    public Task<int> ArchiveAsync(string projectId, string name, CancellationToken cancellationToken) =>
        Transactions.RunAsync(
            dataSource,
            "workflows.archive",
            async (connection, token) =>
            {
                await using NpgsqlCommand command = Pg.Command(
                    connection,
                    "update workflow.workflows set archive_time = $3 where project_id = $1 and name = $2 and archive_time is null",
                    Pg.P(projectId), Pg.P(name), Pg.P(clock.Now()));
                return await command.ExecuteNonQueryAsync(token);
            },
            cancellationToken);

    private static async Task InsertVersionAsync(
        NpgsqlConnection connection, NewDefinition definition, VersionKey key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand insert = Pg.Command(
            connection, InsertVersion, Pg.P(key.WorkflowId), Pg.P(key.Version), Pg.P(definition.ProjectId), Pg.P(definition.Json),
            Pg.P(definition.Hash), Pg.P(now), Pg.P(definition.Actor));
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<VersionKey> FindExistingAsync(
        NpgsqlConnection connection, NewDefinition definition, Guid workflowId, Guid? requestId, CancellationToken cancellationToken)
    {
        // Either the request was executed before (also by this very call, when the reply to its COMMIT was lost), or the name is taken.
        await using NpgsqlCommand select = Pg.Command(
            connection,
            """
            select v.workflow_id, v.definition_hash from workflow.workflows w
            join workflow.workflow_versions v on v.workflow_id = w.workflow_id and v.version = 1
            where w.project_id = $1 and (w.request_id = $2 or w.workflow_id = $3)
            """,
            Pg.P(definition.ProjectId), Pg.OrNull(requestId), Pg.P(workflowId));
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw new RpcError(StatusCode.AlreadyExists, "WORKFLOW_EXISTS", $"There is a workflow '{definition.Name}' already; update it instead.");
        }

        return reader.GetString(1) == definition.Hash
            ? new VersionKey(reader.GetGuid(0), 1)
            : throw new RpcError(
                StatusCode.AlreadyExists, "REQUEST_ID_REUSED", $"The request id {requestId} was used for another definition; choose a new one.");
    }

    private static async Task<(VersionKey Latest, string Hash)> LockLatestAsync(
        NpgsqlConnection connection, string projectId, string name, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand select = Pg.Command(
            connection,
            """
            select w.workflow_id, w.latest_version, v.definition_hash from workflow.workflows w
            join workflow.workflow_versions v on v.workflow_id = w.workflow_id and v.version = w.latest_version
            where w.project_id = $1 and w.name = $2 and w.archive_time is null for update of w
            """,
            Pg.P(projectId), Pg.P(name));
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (new VersionKey(reader.GetGuid(0), reader.GetInt32(1)), reader.GetString(2))
            : throw RpcError.NotFound("WORKFLOW_NOT_FOUND", $"There is no workflow '{name}'.");
    }
}
