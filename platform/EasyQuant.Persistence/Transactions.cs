using EasyQuant.Persistence.Faults;
using Npgsql;

namespace EasyQuant.Persistence;

/// <summary>Executes keyed work in a transaction, again as a whole after a passing fault.</summary>
public static class Transactions
{
    /// <summary>
    /// Opens a connection, runs <paramref name="work"/> inside a READ COMMITTED transaction and commits. Repeats all of it after
    /// a passing fault (<see cref="TransientRetry"/>), also when the reply to COMMIT was lost: the work must be keyed.
    /// Failpoints: <c>{name}.before-commit</c> and <c>{name}.after-commit</c>.
    /// </summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="dataSource">The database.</param>
    /// <param name="name">Name of the work in failpoints, for example <c>runs.create</c>.</param>
    /// <param name="work">Commands on the open connection; must not commit.</param>
    /// <param name="cancellationToken">Ends the work; the transaction is then rolled back.</param>
    /// <returns>What the committed execution returned.</returns>
    public static async Task<T> RunAsync<T>(
        NpgsqlDataSource dataSource,
        string name,
        Func<NpgsqlConnection, CancellationToken, Task<T>> work,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(work);
        return await TransientRetry.Request.ExecuteAsync(
            static async (state, token) =>
            {
                await using NpgsqlConnection connection = await state.dataSource.OpenConnectionAsync(token);
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(token);
                T result = await state.work(connection, token);
                Failpoints.Hit(state.name, ".before-commit");
                await transaction.CommitAsync(token);
                Failpoints.Hit(state.name, ".after-commit");
                return result;
            },
            (dataSource, name, work),
            cancellationToken);
    }

    /// <summary>Reads on a connection of its own, again after a passing fault.</summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="dataSource">The database.</param>
    /// <param name="work">Reading commands on the open connection, without a transaction.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What the work returned.</returns>
    public static async Task<T> ReadAsync<T>(
        NpgsqlDataSource dataSource, Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(work);
        return await TransientRetry.Request.ExecuteAsync(
            static async (state, token) =>
            {
                await using NpgsqlConnection connection = await state.dataSource.OpenConnectionAsync(token);
                return await state.work(connection, token);
            },
            (dataSource, work),
            cancellationToken);
    }
}
