using System.Text.Json;
using EasyQuant.MonitorService.Pool;
using Npgsql;

namespace EasyQuant.MonitorService.Storage;

/// <summary>Reads rows of the table of workers.</summary>
internal static class WorkerRows
{
    public const string Columns =
        """
        w.worker_key, w.project_id, w.name, w.worker_id, w.host, w.process_id, w.version, w.region, w.labels::text, w.capacity, w.node_types,
        w.epoch, w.status, w.is_draining, w.change_count, w.register_time, w.heartbeat_time, w.has_load, w.cpu_ratio, w.memory_bytes,
        w.running_count, w.succeeded_count, w.failed_count, w.refusal, w.abandoned_count,
        clock_timestamp()
        """;

    public static async Task<List<WorkerRecord>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var found = new List<WorkerRecord>();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(Read(reader));
        }

        return found;
    }

    public static WorkerRecord Read(NpgsqlDataReader reader) => new()
    {
        Key = reader.GetGuid(0),
        ProjectId = reader.GetString(1),
        Registration = new WorkerRegistration
        {
            Name = reader.GetString(2),
            WorkerId = reader.GetString(3),
            Host = reader.GetString(4),
            ProcessId = reader.GetInt32(5),
            Version = reader.GetString(6),
            Region = reader.GetString(7),
            Labels = JsonSerializer.Deserialize<SortedDictionary<string, string>>(reader.GetString(8)) ?? [],
            Capacity = reader.GetInt32(9),
            NodeTypes = reader.GetFieldValue<string[]>(10),
        },
        Epoch = reader.GetInt64(11),
        Connection = reader.GetString(12),
        IsDraining = reader.GetBoolean(13),
        ChangeCount = reader.GetInt64(14),
        RegisterTime = reader.Time(15),
        HeartbeatTime = reader.Time(16),
        Load = reader.GetBoolean(17)
            ? new WorkerLoad(reader.GetDouble(18), reader.GetInt64(19), reader.GetInt32(20), reader.GetInt64(21), reader.GetInt64(22), reader.GetString(23), reader.GetInt32(24))
            : null,
        ReadTime = reader.Time(25),
    };
}
