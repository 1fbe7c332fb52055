using EasyQuant.MonitorService.Pool;
using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.MonitorService.Storage;

/// <summary>The load samples of workers. Thread-safe.</summary>
internal sealed class LoadStore(NpgsqlDataSource dataSource)
{
    /// <summary>Lists the newest samples of a worker, oldest first.</summary>
    public Task<List<WorkerLoadSample>> ListAsync(Guid key, DateTimeOffset? start, int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            const string Select =
                """
                select sample_time, cpu_ratio, memory_bytes, running_count, succeeded_count, failed_count from monitor.load_samples
                where worker_key = $1 and ($2::timestamptz is null or sample_time >= $2) order by sample_time desc limit $3
                """;
            await using var command = new NpgsqlCommand(Select, connection);
            command.Parameters.AddValue(key);
            command.Parameters.AddTime(start);
            command.Parameters.AddValue(countMax);
            var samples = new List<WorkerLoadSample>();
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                samples.Add(new WorkerLoadSample(
                    reader.Time(0),
                    new WorkerLoad(reader.GetDouble(1), reader.GetInt64(2), reader.GetInt32(3), reader.GetInt64(4), reader.GetInt64(5))));
            }

            samples.Reverse();
            return samples;
        }, cancellationToken);

    /// <summary>Deletes at most 5,000 samples that are too old. Returns how many.</summary>
    public Task<int> PurgeAsync(TimeSpan retention, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "loads.purge", async (connection, token) =>
        {
            const string Purge =
                """
                delete from monitor.load_samples where (worker_key, sample_time) in (
                    select worker_key, sample_time from monitor.load_samples where sample_time < (select clock_timestamp()) - $1::interval
                    order by sample_time limit 5000 for update skip locked)
                """;
            await using var command = new NpgsqlCommand(Purge, connection);
            command.Parameters.AddValue(retention);
            return await command.ExecuteNonQueryAsync(token);
        }, cancellationToken);
}
