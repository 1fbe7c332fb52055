using EasyQuant.Contracts.Run.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Items;

/// <summary>Reads and writes rows of items.</summary>
internal static class ItemRow
{
    /// <summary>Columns of the item i, completed from the run r that executes it.</summary>
    public const string Columns =
        """
        i.item_index, i.state, i.attempt, i.mode, coalesce(r.worker_id, i.worker_id), i.process_id, i.child_run_id, coalesce(r.start_time, i.start_time),
        i.elapsed_us, i.error
        """;

    public const int ColumnCount = 10;

    /// <summary>The statement that opens the copy into the staging table.</summary>
    public const string Copy =
        """
        copy pg_temp.eq_items(run_id, node_id, item_index, project_id, state, attempt, mode, worker_id, process_id, start_time, elapsed_us, epoch, error, outputs,
            failures)
        from stdin (format binary)
        """;

    public static Item Read(NpgsqlDataReader reader)
    {
        var item = new Item
        {
            Index = reader.GetInt32(0),
            State = (ItemState)reader.GetInt16(1),
            Attempt = reader.GetInt32(2),
            Mode = (ItemMode)reader.GetInt16(3),
            WorkerId = reader.GetString(4),
            ProcessId = reader.GetInt32(5),
            ChildRunId = reader.IsDBNull(6) ? "" : reader.GetGuid(6).ToString(),
            StartTime = Pg.TimeOrNull(reader, 7)?.ToTimestamp(),
            Error = reader.IsDBNull(9) ? null : RunError.Parser.ParseFrom(reader.GetFieldValue<byte[]>(9)),
        };
        if (!reader.IsDBNull(8))
        {
            item.Elapsed = Duration.FromTimeSpan(TimeSpan.FromMicroseconds(reader.GetInt64(8)));
        }

        return item;
    }

    public static async Task WriteAsync(NpgsqlBinaryImporter copy, LeasedRun run, string nodeId, StoredItem stored, CancellationToken cancellationToken)
    {
        Item item = stored.Item;
        await copy.StartRowAsync(cancellationToken);
        await copy.WriteAsync(run.RunId, NpgsqlDbType.Uuid, cancellationToken);
        await copy.WriteAsync(nodeId, NpgsqlDbType.Text, cancellationToken);
        await copy.WriteAsync(item.Index, NpgsqlDbType.Integer, cancellationToken);
        await copy.WriteAsync(run.ProjectId, NpgsqlDbType.Text, cancellationToken);
        await copy.WriteAsync((short)item.State, NpgsqlDbType.Smallint, cancellationToken);
        await copy.WriteAsync(item.Attempt, NpgsqlDbType.Integer, cancellationToken);
        await copy.WriteAsync((short)item.Mode, NpgsqlDbType.Smallint, cancellationToken);
        await copy.WriteAsync(item.WorkerId, NpgsqlDbType.Text, cancellationToken);
        await copy.WriteAsync(item.ProcessId, NpgsqlDbType.Integer, cancellationToken);
        await WriteOrNullAsync(copy, item.StartTime?.ToDateTime(), NpgsqlDbType.TimestampTz, cancellationToken);
        await WriteOrNullAsync(copy, item.Elapsed is { } elapsed ? elapsed.ToTimeSpan().Ticks / TimeSpan.TicksPerMicrosecond : (long?)null, NpgsqlDbType.Bigint, cancellationToken);
        await copy.WriteAsync(run.Epoch, NpgsqlDbType.Bigint, cancellationToken);
        await WriteOrNullAsync(copy, item.Error?.ToByteArray(), NpgsqlDbType.Bytea, cancellationToken);
        await WriteOrNullAsync(copy, stored.Outputs?.ToByteArray(), NpgsqlDbType.Bytea, cancellationToken);
        await copy.WriteAsync(stored.Failures, NpgsqlDbType.Integer, cancellationToken);
    }

    private static Task WriteOrNullAsync<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken cancellationToken) =>
        value is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync((object)value, type, cancellationToken);
}
