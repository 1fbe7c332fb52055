using System.Text.Json;
using EasyQuant.MonitorService.Messaging;
using EasyQuant.MonitorService.Pool;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Messages;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.MonitorService.Storage;

/// <summary>
/// The pool in PostgreSQL. Each session has an epoch that grows with each registration of a name; a command with an old epoch changes
/// nothing. Silence is measured by the database's clock, so any replica may find a worker lost. Thread-safe.
/// </summary>
internal sealed class WorkerStore(NpgsqlDataSource dataSource, Outbox outbox, WorkerEvents events)
{
    internal const string Schema = "monitor";

    /// <summary>Takes a worker into the pool; a worker of the same name is replaced, and keeps draining only if it is the same process.</summary>
    public async Task<WorkerRecord> RegisterAsync(string projectId, WorkerRegistration registration, CancellationToken cancellationToken)
    {
        const string Register =
            $"""
            insert into monitor.workers as w(project_id, name, worker_id, host, process_id, version, region, labels, capacity, node_types, epoch,
                status, register_time, heartbeat_time)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, nextval('monitor.worker_epochs'), 'online', clock_timestamp(), clock_timestamp())
            on conflict (project_id, name) do update set worker_id = excluded.worker_id, host = excluded.host, process_id = excluded.process_id,
                version = excluded.version, region = excluded.region, labels = excluded.labels, capacity = excluded.capacity,
                node_types = excluded.node_types, epoch = excluded.epoch, status = 'online',
                is_draining = w.is_draining and w.worker_id = excluded.worker_id, change_count = w.change_count + 1,
                register_time = excluded.register_time, heartbeat_time = excluded.heartbeat_time, has_load = false
            returning {WorkerRows.Columns}
            """;
        return (await ChangeAsync("workers.register", "registered", Register, parameters =>
        {
            parameters.AddValue(projectId);
            parameters.AddValue(registration.Name);
            parameters.AddValue(registration.WorkerId);
            parameters.AddValue(registration.Host);
            parameters.AddValue(registration.ProcessId);
            parameters.AddValue(registration.Version);
            parameters.AddValue(registration.Region);
            parameters.Add(new NpgsqlParameter<string> { TypedValue = JsonSerializer.Serialize(registration.Labels), NpgsqlDbType = NpgsqlDbType.Jsonb });
            parameters.AddValue(registration.Capacity);
            parameters.AddValue(registration.NodeTypes.ToArray());
        }, cancellationToken))[0];
    }

    /// <summary>Keeps a heartbeat of a session. Returns false when a newer session took its place.</summary>
    public Task<bool> HeartbeatAsync(Guid key, long epoch, WorkerLoad load, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "workers.heartbeat", async (connection, token) =>
        {
            const string Heartbeat =
                $"""
                with old as (select worker_key, status from monitor.workers where worker_key = $1 and epoch = $2 for update),
                changed as (
                    update monitor.workers w set heartbeat_time = greatest(w.heartbeat_time, clock_timestamp()), status = 'online', has_load = true,
                        cpu_ratio = $3, memory_bytes = $4, running_count = $5, succeeded_count = $6, failed_count = $7, refusal = $8, abandoned_count = $9,
                        change_count = w.change_count + (old.status <> 'online')::int
                    from old where w.worker_key = old.worker_key returning w.*, old.status as old_status),
                sample as (
                    insert into monitor.load_samples(worker_key, sample_time, cpu_ratio, memory_bytes, running_count, succeeded_count, failed_count)
                    select worker_key, heartbeat_time, cpu_ratio, memory_bytes, running_count, succeeded_count, failed_count from changed
                    on conflict do nothing)
                select {WorkerRows.Columns}, w.old_status from changed w
                """;
            await using var command = new NpgsqlCommand(Heartbeat, connection);
            command.Parameters.AddValue(key);
            command.Parameters.AddValue(epoch);
            command.Parameters.AddValue(load.CpuRatio);
            command.Parameters.AddValue(load.MemoryBytes);
            command.Parameters.AddValue(load.RunningCount);
            command.Parameters.AddValue(load.SucceededCount);
            command.Parameters.AddValue(load.FailedCount);
            command.Parameters.AddValue(load.Refusal);
            command.Parameters.AddValue(load.AbandonedCount);
            bool recovered = false;
            List<WorkerRecord> found = [];
            await using (NpgsqlDataReader reader = await command.ExecuteReaderAsync(token))
            {
                while (await reader.ReadAsync(token))
                {
                    found.Add(WorkerRows.Read(reader));
                    recovered = reader.GetString(26) != WorkerRecord.Online;
                }
            }

            if (recovered)
            {
                await outbox.WriteAsync(connection, [events.Write(found[0], "recovered")], token);
            }

            return found.Count == 1;
        }, cancellationToken);

    /// <summary>Notes that a session ended in good order; an old session changes nothing.</summary>
    public Task GoodbyeAsync(Guid key, long epoch, CancellationToken cancellationToken) => ChangeAsync(
        "workers.goodbye",
        "offline",
        $"""
        update monitor.workers w set status = 'offline', change_count = w.change_count + 1, running_count = 0
        where w.worker_key = $1 and w.epoch = $2 and w.status <> 'offline' returning {WorkerRows.Columns}
        """,
        parameters =>
        {
            parameters.AddValue(key);
            parameters.AddValue(epoch);
        },
        cancellationToken);

    /// <summary>Marks workers lost that were silent for too long. Returns them.</summary>
    public Task<List<WorkerRecord>> MarkLostAsync(TimeSpan lostAfter, CancellationToken cancellationToken) => ChangeAsync(
        "workers.lost",
        "lost",
        $"""
        with silent as (
            select worker_key from monitor.workers where status = 'online' and heartbeat_time < (select clock_timestamp()) - $1::interval
            order by heartbeat_time limit 500 for update skip locked)
        update monitor.workers w set status = 'lost', change_count = w.change_count + 1
        from silent where w.worker_key = silent.worker_key returning {WorkerRows.Columns}
        """,
        parameters => parameters.AddValue(lostAfter),
        cancellationToken);

    /// <summary>Asks a worker to drain or takes it back. Returns it, or null when there is none.</summary>
    public async Task<WorkerRecord?> SetDrainingAsync(string projectId, string name, bool isDraining, CancellationToken cancellationToken)
    {
        await ChangeAsync(
            "workers.drain",
            isDraining ? "draining" : "resumed",
            $"""
            update monitor.workers w set is_draining = $3, change_count = w.change_count + 1
            where w.project_id = $1 and w.name = $2 and w.is_draining <> $3 returning {WorkerRows.Columns}
            """,
            parameters =>
            {
                parameters.AddValue(projectId);
                parameters.AddValue(name);
                parameters.AddValue(isDraining);
            },
            cancellationToken);
        return await FindAsync(projectId, name, cancellationToken);
    }

    /// <summary>Finds a worker by name.</summary>
    public async Task<WorkerRecord?> FindAsync(string projectId, string name, CancellationToken cancellationToken) =>
        (await SelectAsync("w.project_id = $1 and w.name = $2", parameters =>
        {
            parameters.AddValue(projectId);
            parameters.AddValue(name);
        }, cancellationToken)).FirstOrDefault();

    /// <summary>Lists workers by name, those after <paramref name="afterName"/>.</summary>
    public Task<List<WorkerRecord>> ListAsync(string projectId, string afterName, int countMax, CancellationToken cancellationToken) =>
        SelectAsync("w.project_id = $1 and w.name > $2 order by w.name limit $3", parameters =>
        {
            parameters.AddValue(projectId);
            parameters.AddValue(afterName);
            parameters.AddValue(countMax);
        }, cancellationToken);

    /// <summary>Reads the workers of sessions.</summary>
    public Task<List<WorkerRecord>> ReadAsync(IReadOnlyCollection<Guid> keys, CancellationToken cancellationToken) =>
        SelectAsync("w.worker_key = any($1)", parameters => parameters.AddValue(keys.ToArray()), cancellationToken);

    private Task<List<WorkerRecord>> SelectAsync(
        string condition, Action<NpgsqlParameterCollection> add, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand($"select {WorkerRows.Columns} from monitor.workers w where {condition}", connection);
            add(command.Parameters);
            return await WorkerRows.ReadAllAsync(command, token);
        }, cancellationToken);

    // Runs a change and writes one event for each worker that it returns, in one transaction.
    private async Task<List<WorkerRecord>> ChangeAsync(
        string work, string happened, string sql, Action<NpgsqlParameterCollection> add, CancellationToken cancellationToken)
    {
        List<WorkerRecord> changed = await Transactions.RunAsync(dataSource, work, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            add(command.Parameters);
            List<WorkerRecord> workers = await WorkerRows.ReadAllAsync(command, token);
            await outbox.WriteAsync(connection, [.. workers.Select(worker => events.Write(worker, happened))], token);
            return workers;
        }, cancellationToken);
        if (changed.Count > 0)
        {
            outbox.Wake();
        }

        return changed;
    }
}
