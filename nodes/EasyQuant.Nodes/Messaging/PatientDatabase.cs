using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.Nodes.Messaging;

/// <summary>
/// The project's database for replicas of process groups: a passing fault is waited out instead of failing the replica, and with it the whole start. Gives up
/// after <see cref="PatientTransport.Patience"/>. Thread-safe.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="time">Clock of the waits.</param>
internal sealed class PatientDatabase(ProjectDatabase database, TimeProvider time)
{
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_delayMax = TimeSpan.FromSeconds(2);

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
    public Task<T> WaitAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken) => WaitAsync(work, time, cancellationToken);

    /// <summary>Waits out passing faults, broken connections of any kind, of work that is repeated as a whole.</summary>
    public static async Task<T> WaitAsync<T>(Func<Task<T>> work, TimeProvider time, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        TimeSpan delay = s_delay;
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (TransientRetry.IsTransient(e) && !cancellationToken.IsCancellationRequested && time.GetElapsedTime(began) < PatientTransport.Patience)
            {
                await Task.Delay(delay, time, cancellationToken);
                delay = delay * 2 < s_delayMax ? delay * 2 : s_delayMax;
            }
        }
    }
}
