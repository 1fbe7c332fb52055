using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Items;

/// <summary>Which items of the nodes of a retry run again.</summary>
internal sealed class ItemReset
{
    private const string ForgetSql =
        "update workflow.fan_outs set generation = generation + 1, mode = 0, mode_reason = '' where run_id = $1 and node_id = any($2)";

    private const string NotSucceededSql = "update workflow.run_items set state = 1, failures = 0 where run_id = $1 and node_id = any($2) and state in (2, 4, 5)";

    private const string ChosenSql = "update workflow.run_items set state = 1, failures = 0 where run_id = $1 and node_id = $2 and item_index = any($3)";

    private readonly bool _isEverything;
    private readonly string? _nodeId;
    private readonly int[] _indexes;

    private ItemReset(bool isEverything, string? nodeId, int[] indexes)
    {
        _isEverything = isEverything;
        _nodeId = nodeId;
        _indexes = indexes;
    }

    /// <summary>All items.</summary>
    public static ItemReset Everything { get; } = new(true, null, []);

    /// <summary>Items that have not succeeded.</summary>
    public static ItemReset NotSucceeded { get; } = new(false, null, []);

    /// <summary>Chosen items of a node, and what has not succeeded of nodes that depend on it.</summary>
    public static ItemReset Chosen(string nodeId, int[] indexes) => new(false, nodeId, indexes);

    /// <summary>Changes the rows within the transaction of the retry.</summary>
    public async Task ApplyAsync(NpgsqlConnection connection, Guid runId, string[] nodeIds, CancellationToken cancellationToken)
    {
        if (_isEverything)
        {
            await ItemStore.ForgetAsync(connection, runId, nodeIds, cancellationToken);
            await ItemStore.ExecuteAsync(connection, ForgetSql, [Pg.P(runId), Pg.Many(NpgsqlDbType.Text, nodeIds, node => node)], cancellationToken);
            return;
        }

        string[] others = [.. nodeIds.Where(node => node != _nodeId)];
        await ItemStore.ExecuteAsync(connection, NotSucceededSql, [Pg.P(runId), Pg.Many(NpgsqlDbType.Text, others, node => node)], cancellationToken);
        if (_nodeId is not null)
        {
            await ItemStore.ExecuteAsync(
                connection, ChosenSql, [Pg.P(runId), Pg.P(_nodeId), Pg.Many(NpgsqlDbType.Integer, _indexes, index => index)], cancellationToken);
        }
    }
}
