using EasyQuant.Data;
using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.Nodes.Data.Sql;

/// <summary>Finds which rows of a save have a key that is stored: the keys alone travel to the server and the row numbers of known ones
/// come back. The temporary table is not analysed: its size alone gives the planner a hash join, and analysing costs a tenth of the save.</summary>
internal sealed class KeyLookup(string target, SavePlan plan)
{
    /// <summary>Column name that no saved table may have.</summary>
    public const string RowColumn = "eq_row";

    /// <summary>Row numbers whose keys are not stored, ascending; null for all rows.</summary>
    public async Task<int[]?> FindAddedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        int rowCount = plan.Table.RowCount;
        if (rowCount == 0 || await IsEmptyAsync(connection, cancellationToken))
        {
            return rowCount == 0 ? [] : null;
        }

        await SendKeysAsync(connection, cancellationToken);
        string sameKey = string.Join(" and ", plan.Keys.Select(k => $"t.{SqlIdentifier.Quote(k)} = n.{SqlIdentifier.Quote(k)}"));
        await using var command = new NpgsqlCommand(
            $"select n.{RowColumn} from pg_temp.eq_keys n where exists (select from {target} t where {sameKey})", connection) { CommandTimeout = 0 };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        var isKnown = new bool[rowCount];
        int knownCount = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            isKnown[reader.GetInt64(0)] = true;
            knownCount++;
        }

        if (knownCount == 0)
        {
            return null;
        }

        var added = new int[rowCount - knownCount];
        int count = 0;
        for (int row = 0; row < rowCount; row++)
        {
            if (!isKnown[row])
            {
                added[count++] = row;
            }
        }

        return added;
    }

    /// <summary>Whether the target has no rows.</summary>
    public async Task<bool> IsEmptyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select not exists (select from {target})", connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task SendKeysAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        string keys = string.Join(", ", plan.Keys.Select(SqlIdentifier.Quote));
        await using (var create = new NpgsqlCommand(
            $"create temporary table eq_keys on commit drop as select {keys}, 0::bigint as {RowColumn} from {target} where false", connection))
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        var rows = new long[plan.Table.RowCount];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = i;
        }

        Table sent = plan.Table.Select([.. plan.Keys]).With(Int64Column.Create(RowColumn, rows));
        await CopyStream.SendAsync(connection, "pg_temp.eq_keys", sent, cancellationToken);
    }
}
