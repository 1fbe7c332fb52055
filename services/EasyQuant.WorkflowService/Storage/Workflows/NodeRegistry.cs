using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Persistence;
using EasyQuant.WorkflowService.Definitions;
using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Workflows;

/// <summary>
/// The catalogue of node types, stored by Runners and cached for 2 s, so that every replica sees a registration soon. Thread-safe.
/// </summary>
internal sealed class NodeRegistry(NpgsqlDataSource dataSource, TimeProvider time)
{
    private const string AllProjects = "*";
    private static readonly TimeSpan s_age = TimeSpan.FromSeconds(2);

    private volatile Snapshot _snapshot = new(NodeSet.Empty, long.MinValue);

    /// <summary>Returns the catalogue, at most 2 s old.</summary>
    public async Task<NodeSet> GetAsync(CancellationToken cancellationToken)
    {
        Snapshot snapshot = _snapshot;
        if (snapshot.Timestamp != long.MinValue && snapshot.Nodes.Definitions.Count > 0 && time.GetElapsedTime(snapshot.Timestamp) < s_age)
        {
            return snapshot.Nodes;
        }

        return await LoadAsync(cancellationToken);
    }

    /// <summary>Tells whether as many node types as given are stored under a Runner version, all of them made by the code of a hash.</summary>
    public Task<bool> HasAsync(string runnerVersion, string codeHash, int nodeCount, CancellationToken cancellationToken) => Transactions.ReadAsync(
        dataSource,
        async (connection, token) =>
        {
            await using NpgsqlCommand command = Pg.Command(
                connection,
                """
                select count(*) = $4 and count(*) filter (where code_hash = $3 || md5(definition)) = $4
                from workflow.node_definitions where project_id = $1 and runner_version = $2
                """,
                Pg.P(AllProjects), Pg.P(runnerVersion), Pg.P(codeHash), Pg.P(nodeCount));
            return (bool)(await command.ExecuteScalarAsync(token))!;
        },
        cancellationToken);

    /// <summary>Stores the node types of a Runner version and forgets those that this version no longer offers.</summary>
    public async Task<int> RegisterAsync(string runnerVersion, string codeHash, IReadOnlyList<NodeDefinition> nodes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await Transactions.RunAsync(
            dataSource,
            "nodes.register",
            async (connection, token) =>
            {
                // Replicas of the Runner register the same list at once: one after the other, so that rows are not locked crosswise.
                await using var batch = new NpgsqlBatch(connection);
                Pg.Add(batch, "select pg_advisory_xact_lock(4711, 2)");
                Pg.Add(
                    batch,
                    "delete from workflow.node_definitions where project_id = $1 and runner_version = $2 and not type = any($3)",
                    Pg.P(AllProjects), Pg.P(runnerVersion), Pg.Many(NpgsqlDbType.Text, nodes, node => node.Type));
                Pg.Add(
                    batch,
                    """
                    insert into workflow.node_definitions(project_id, type, definition, runner_version, update_time, code_hash)
                    select $1, n.type, n.definition, $2, $3, $6 || md5(n.definition) from unnest($4::text[], $5::bytea[]) as n(type, definition)
                    on conflict (project_id, type) do update
                    set definition = excluded.definition, runner_version = excluded.runner_version, update_time = excluded.update_time,
                        code_hash = excluded.code_hash
                    """,
                    Pg.P(AllProjects), Pg.P(runnerVersion), Pg.P(now),
                    Pg.Many(NpgsqlDbType.Text, nodes, node => node.Type),
                    Pg.Many(NpgsqlDbType.Bytea, nodes, node => node.ToByteArray()),
                    Pg.P(codeHash));
                return await batch.ExecuteNonQueryAsync(token);
            },
            cancellationToken);
        return (await LoadAsync(cancellationToken)).Definitions.Count;
    }

    private async Task<NodeSet> LoadAsync(CancellationToken cancellationToken)
    {
        List<NodeDefinition> nodes = await Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                var read = new List<NodeDefinition>();
                await using NpgsqlCommand command = Pg.Command(
                    connection, "select definition from workflow.node_definitions where project_id = $1 order by type limit 1000", Pg.P(AllProjects));
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                {
                    read.Add(NodeDefinition.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0)));
                }

                return read;
            },
            cancellationToken);
        var loaded = new NodeSet(nodes);
        _snapshot = new Snapshot(loaded, time.GetTimestamp());
        return loaded;
    }

    private sealed record Snapshot(NodeSet Nodes, long Timestamp);
}
