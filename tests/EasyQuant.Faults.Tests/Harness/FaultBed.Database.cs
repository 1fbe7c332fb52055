using System.Globalization;
using EasyQuant.EndToEnd;
using Npgsql;

namespace EasyQuant.Faults.Harness;

// What tests ask the database, without a proxy.
public sealed partial class FaultBed
{
    /// <summary>Executes statements as the superuser, without a proxy.</summary>
    internal async Task ExecuteAsync(string sql)
    {
        // On a connection that was not there when the server died.
        _database.Clear();
        await using NpgsqlCommand command = _database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>Reads one value from the database, without a proxy.</summary>
    internal Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken) => OnFreshAsync(async () =>
    {
        await using NpgsqlCommand command = _database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    });

    /// <summary>Reads rows from the database, without a proxy.</summary>
    internal Task<List<T>> RowsAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) => OnFreshAsync(async () =>
    {
        var rows = new List<T>();
        await using NpgsqlCommand command = _database.CreateCommand(sql);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    });

    // A pooled connection may have died with the server: what was read on it is read once more on a new one.
    private async Task<T> OnFreshAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (NpgsqlException exception) when (exception.IsTransient)
        {
            _database.Clear();
            return await read();
        }
    }

    /// <summary>Waits until a lease of the load has expired.</summary>
    internal Task WaitForCrashesAsync(Load load, CancellationToken cancellationToken) => Poll.UntilAsync(
        "an expired lease",
        async () =>
        {
            long count = await ScalarAsync<long>(string.Create(CultureInfo.InvariantCulture, $"select coalesce(sum(crash_count), 0)::bigint from workflow.runs where create_time >= '{load.StartTime:O}'"), cancellationToken);
            return (count > 0 || await load.IsOverAsync(cancellationToken), "none");
        },
        cancellationToken);

    /// <summary>Waits until sessions of nodes hold a transaction open and do nothing, or the load is over.</summary>
    /// <returns>Process ids of their backends; empty when the load is over.</returns>
    internal async Task<int[]> WaitForIdleInTransactionAsync(Load load, CancellationToken cancellationToken)
    {
        int[] backends = [];
        await Poll.UntilAsync(
            "a session that is idle in its transaction",
            async () =>
            {
                backends = [.. await RowsAsync(
                    "select pid from pg_stat_activity where state = 'idle in transaction' and application_name = 'easyquant-nodes' and state_change < clock_timestamp() - interval '0.5 s'",
                    reader => reader.GetInt32(0),
                    cancellationToken)];
                return (backends.Length > 0 || await load.IsOverAsync(cancellationToken), "none");
            },
            cancellationToken);
        return backends;
    }

    /// <summary>Waits until the server has ended sessions.</summary>
    internal Task WaitForEvictionAsync(int[] backends, CancellationToken cancellationToken) => Poll.UntilAsync(
        "the end of the sessions that stand still",
        async () =>
        {
            long count = await ScalarAsync<long>($"select count(*) from pg_stat_activity where pid in ({string.Join(',', backends)})", cancellationToken);
            return (count == 0, string.Create(CultureInfo.InvariantCulture, $"{count} sessions"));
        },
        cancellationToken);
}
