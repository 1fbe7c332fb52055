using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Npgsql;

namespace EasyQuant.WorkflowService.Storage.Items;

/// <summary>Reads fan-outs and items for people; the caller has checked that the run belongs to the project. Thread-safe.</summary>
internal sealed class ItemReader(NpgsqlDataSource dataSource)
{
    private const string FanOutSql =
        "select total_count, mode, mode_reason, concurrency, start_time from workflow.fan_outs where run_id = $1 and node_id = $2";

    private const string CountSql = "select state, count(*) from workflow.run_items where run_id = $1 and node_id = $2 group by state";

    private const string NotSucceededSql =
        "select item_index from workflow.run_items where run_id = $1 and node_id = $2 and state in (2, 4, 5) order by item_index";

    // Items without a row are pending: the numbers of the page are made, then completed. The bounds stand in the subquery too: right after a fan-out has written its
    // items the server has no statistics of them, expects one row, and would compare each number with every item of the fan-out.
    internal const string PageSql =
        $"""
        with page as (
            select n.item_index from generate_series($3 + 1, least($4 - 1, $3 + $5)) n(item_index)
        )
        select p.item_index, coalesce(i.state, 1::smallint), coalesce(i.attempt, 0), coalesce(i.mode, 0::smallint), coalesce(r.worker_id, i.worker_id, ''),
            coalesce(i.process_id, 0), i.child_run_id, coalesce(r.start_time, i.start_time), i.elapsed_us, i.error
        from page p left join (
                select * from workflow.run_items where run_id = $1 and node_id = $2 and item_index > $3 and item_index <= $3 + $5
            ) i on i.item_index = p.item_index
            left join workflow.runs r on r.run_id = i.child_run_id
        order by p.item_index
        """;

    /// <summary>Reads a fan-out with its counts.</summary>
    /// <exception cref="RpcError">NotFound FAN_OUT_NOT_FOUND.</exception>
    public Task<FanOut> GetAsync(Guid runId, string nodeId, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                FanOut fanOut = await ReadAsync(connection, runId, nodeId, token);
                fanOut.PendingCount = fanOut.TotalCount;
                await using NpgsqlCommand command = Pg.Command(connection, CountSql, Pg.P(runId), Pg.P(nodeId));
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                {
                    Add(fanOut, (ItemState)reader.GetInt16(0), (int)reader.GetInt64(1));
                }

                return fanOut;
            },
            cancellationToken);

    /// <summary>Reads items behind an index, in order; those in the given states when there are some.</summary>
    public Task<List<Item>> ListAsync(Guid runId, string nodeId, IReadOnlyList<ItemState> states, int after, int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                int total = (await ReadAsync(connection, runId, nodeId, token)).TotalCount;
                var items = new List<Item>();
                await using NpgsqlCommand command = states.Count == 0
                    ? Pg.Command(connection, PageSql, Pg.P(runId), Pg.P(nodeId), Pg.P(after), Pg.P(total), Pg.P(countMax))
                    : Pg.Command(connection, FilteredSql(states), Pg.P(runId), Pg.P(nodeId), Pg.P(after), Pg.P(total), Pg.P(countMax));
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                {
                    items.Add(ItemRow.Read(reader));
                }

                return items;
            },
            cancellationToken);

    /// <summary>Returns the items of an ended run that did not succeed, by index.</summary>
    public Task<List<int>> NotSucceededAsync(Guid runId, string nodeId, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                var indexes = new List<int>();
                await using NpgsqlCommand command = Pg.Command(connection, NotSucceededSql, Pg.P(runId), Pg.P(nodeId));
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                {
                    indexes.Add(reader.GetInt32(0));
                }

                return indexes;
            },
            cancellationToken);

    internal static string FilteredSql(IReadOnlyList<ItemState> states)
    {
        // Numbers of an enum stand in the text, so that the partial index of open items applies. What is pending is looked up number by number, never joined: see above.
        string list = string.Join(", ", states.Select(state => ((int)state).ToString(CultureInfo.InvariantCulture)));
        string stored =
            $"""
            select {ItemRow.Columns} from workflow.run_items i left join workflow.runs r on r.run_id = i.child_run_id
            where i.run_id = $1 and i.node_id = $2 and i.item_index > $3 and i.item_index < $4 and i.state in ({list}) order by i.item_index limit $5
            """;
        return !states.Contains(ItemState.Pending)
            ? stored
            : $"""
              select * from (({stored}) union all (
                  select n.item_index, 1::smallint, 0, 0::smallint, '', 0, null::uuid, null::timestamptz, null::bigint, null::bytea
                  from generate_series($3 + 1, $4 - 1) n(item_index)
                  where (select i.item_index from workflow.run_items i where i.run_id = $1 and i.node_id = $2 and i.item_index = n.item_index) is null
                  order by n.item_index limit $5)) as both_kinds(item_index) order by item_index limit $5
              """;
    }

    private static void Add(FanOut fanOut, ItemState state, int count)
    {
        switch (state)
        {
            case ItemState.Running: fanOut.RunningCount = count; break;
            case ItemState.Succeeded: fanOut.SucceededCount = count; break;
            case ItemState.Failed: fanOut.FailedCount = count; break;
            case ItemState.Cancelled: fanOut.CancelledCount = count; break;
            default: return;
        }

        fanOut.PendingCount -= count;
    }

    private static async Task<FanOut> ReadAsync(NpgsqlConnection connection, Guid runId, string nodeId, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(connection, FanOutSql, Pg.P(runId), Pg.P(nodeId));
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw RpcError.NotFound("FAN_OUT_NOT_FOUND", $"The step '{nodeId}' of run {runId} has not opened a fan-out.");
        }

        return new FanOut
        {
            RunId = runId.ToString(),
            NodeId = nodeId,
            TotalCount = reader.GetInt32(0),
            Mode = (ItemMode)reader.GetInt16(1),
            ModeReason = reader.GetString(2),
            Concurrency = reader.GetInt32(3),
            StartTime = Pg.TimeOrNull(reader, 4)?.ToTimestamp(),
        };
    }
}
