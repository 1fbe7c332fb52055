using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.Nodes.Data.Sql;

/// <summary>
/// The project's database for replicas of process groups: a passing fault is waited out instead of failing the replica, and with it the whole start. Gives up
/// after <see cref="TransientRetry.OutageMax"/>. Thread-safe.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="time">Clock of the waits.</param>
internal sealed class PatientDatabase(ProjectDatabase database, TimeProvider time)
{
    /// <summary>Runs keyed work in a transaction, see <see cref="Transactions.RunAsync"/>.</summary>
    public Task<T> RunAsync<T>(string name, Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        WaitAsync(() => Transactions.RunAsync(database.DataSource, name, work, cancellationToken), cancellationToken);

    /// <summary>Runs keyed work in a transaction, see <see cref="Transactions.RunAsync"/>.</summary>
    public Task RunAsync(string name, Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken cancellationToken) => RunAsync(
        name,
        async (connection, token) =>
        {
            await work(connection, token);
            return true;
        },
        cancellationToken);

    /// <summary>Reads, or writes one statement that may come twice, without a transaction; see <see cref="Transactions.ReadAsync"/>.</summary>
    public Task<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        WaitAsync(() => Transactions.ReadAsync(database.DataSource, work, cancellationToken), cancellationToken);

    /// <summary>Waits out passing faults of work that is repeated as a whole.</summary>
    public Task<T> WaitAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken) =>
        TransientRetry.WaitOutAsync(work, null, time, cancellationToken);
}
