using EasyQuant.MonitorService.Pool;
using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.MonitorService.Storage;

/// <summary>The addresses to dial. One replica dials an address for as long as it keeps its claim fresh; another takes over when it is gone. Thread-safe.</summary>
internal sealed class AddressStore(NpgsqlDataSource dataSource)
{
    /// <summary>Addresses that a project may have.</summary>
    public const int CountMax = 200;

    private const string Columns = "project_id, address, tls, worker_name, connected, last_error, create_time";

    /// <summary>Adds an address, or changes whether it speaks TLS. Returns null when the project has too many.</summary>
    public Task<DialedAddress?> AddAsync(string projectId, string address, bool isTls, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "addresses.add", async (connection, token) => (await ReadAsync(
            connection,
            $"""
            insert into monitor.worker_addresses(project_id, address, tls) select $1, $2, $3
            where (select count(*) from monitor.worker_addresses where project_id = $1 and address <> $2) < {CountMax}
            on conflict (project_id, address) do update set tls = excluded.tls returning {Columns}
            """,
            parameters =>
            {
                parameters.AddValue(projectId);
                parameters.AddValue(address);
                parameters.AddValue(isTls);
            },
            token)).FirstOrDefault(), cancellationToken);

    /// <summary>Removes an address.</summary>
    public Task RemoveAsync(string projectId, string address, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "addresses.remove", (connection, token) => ReadAsync(
            connection,
            $"delete from monitor.worker_addresses where project_id = $1 and address = $2 returning {Columns}",
            parameters =>
            {
                parameters.AddValue(projectId);
                parameters.AddValue(address);
            },
            token), cancellationToken);

    /// <summary>Lists the addresses of a project, ascending.</summary>
    public Task<List<DialedAddress>> ListAsync(string projectId, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, (connection, token) => ReadAsync(
            connection,
            $"select {Columns} from monitor.worker_addresses where project_id = $1 order by address limit {CountMax}",
            parameters => parameters.AddValue(projectId),
            token), cancellationToken);

    /// <summary>Takes what nobody else dials and keeps what this replica dials already. Returns both.</summary>
    public Task<List<DialedAddress>> ClaimAsync(string dialer, TimeSpan period, int countMax, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "addresses.claim", (connection, token) => ReadAsync(
            connection,
            $"""
            with mine as (
                select project_id, address from monitor.worker_addresses where dialer = $1 or dial_until < clock_timestamp()
                order by dialer <> $1, project_id, address limit $3 for update skip locked)
            update monitor.worker_addresses a set dialer = $1, dial_until = clock_timestamp() + $2::interval,
                connected = a.connected and a.dialer = $1
            from mine where a.project_id = mine.project_id and a.address = mine.address
            returning a.project_id, a.address, a.tls, a.worker_name, a.connected, a.last_error, a.create_time
            """,
            parameters =>
            {
                parameters.AddValue(dialer);
                parameters.AddValue(period);
                parameters.AddValue(countMax);
            },
            token), cancellationToken);

    /// <summary>Gives every address of a replica that stops to the others.</summary>
    public Task YieldAsync(string dialer, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "addresses.yield", (connection, token) => ReadAsync(
            connection,
            $"update monitor.worker_addresses set dialer = '', dial_until = '-infinity', connected = false where dialer = $1 returning {Columns}",
            parameters => parameters.AddValue(dialer),
            token), cancellationToken);

    /// <summary>Notes what became of dialling; a replica that lost the address changes nothing.</summary>
    public Task NoteAsync(DialedAddress address, string dialer, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "addresses.note", (connection, token) => ReadAsync(
            connection,
            $"""
            update monitor.worker_addresses set connected = $4, last_error = $5, worker_name = case when $6 = '' then worker_name else $6 end
            where project_id = $1 and address = $2 and dialer = $3 returning {Columns}
            """,
            parameters =>
            {
                parameters.AddValue(address.ProjectId);
                parameters.AddValue(address.Address);
                parameters.AddValue(dialer);
                parameters.AddValue(address.IsConnected);
                parameters.AddValue(address.LastError);
                parameters.AddValue(address.WorkerName);
            },
            token), cancellationToken);

    private static async Task<List<DialedAddress>> ReadAsync(
        NpgsqlConnection connection, string sql, Action<NpgsqlParameterCollection> add, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        add(command.Parameters);
        var found = new List<DialedAddress>();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new DialedAddress(
                reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), reader.GetString(3), reader.GetBoolean(4), reader.GetString(5), reader.Time(6)));
        }

        return found;
    }
}
