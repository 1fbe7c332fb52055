using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Effects;
using Npgsql;

namespace EasyQuant.Nodes.Trading;

/// <summary>
/// The accepted orders of a step in the effects of the project's database, fenced by the run's epoch. Thread-safe.
/// Failpoints: <c>trade-find.*</c>, <c>trade-record.*</c>.
/// </summary>
internal sealed class AcceptedOrders(ProjectDatabase database, NodeExecution execution)
{
    /// <summary>Fences the run and returns what was recorded of the order, or null.</summary>
    /// <exception cref="NodeException"><c>EPOCH_STALE</c>: a newer owner of the run is at work.</exception>
    public Task<SentOrder?> FindAsync(string clientOrderId, CancellationToken cancellationToken) => GuardedAsync(
        "trade-find",
        async (connection, token) => await database.Effects.GetResultAsync(connection, KeyOf(clientOrderId), token) is { } record ? SentOrder.FromRecord(record) : null,
        cancellationToken);

    /// <summary>Records an accepted order; returns what holds, which is the older record when there is one.</summary>
    /// <exception cref="NodeException"><c>EPOCH_STALE</c>.</exception>
    public async Task<SentOrder> RecordAsync(string clientOrderId, SentOrder order, CancellationToken cancellationToken) => (await GuardedAsync(
        "trade-record",
        async (connection, token) =>
        {
            string key = KeyOf(clientOrderId);
            if (await database.Effects.TryClaimAsync(connection, key, token))
            {
                await database.Effects.SetResultAsync(connection, key, order.ToRecord(), token);
                return order;
            }

            return await database.Effects.GetResultAsync(connection, key, token) is { } record ? SentOrder.FromRecord(record) with { Attempts = order.Attempts } : order;
        },
        cancellationToken))!;

    private string KeyOf(string clientOrderId) => $"{execution.EffectKey}/order/{clientOrderId}";

    private async Task<SentOrder?> GuardedAsync(string name, Func<NpgsqlConnection, CancellationToken, Task<SentOrder?>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await TransientRetry.WaitOutAsync(
                () => Transactions.RunAsync(
                    database.DataSource,
                    name,
                    async (connection, token) =>
                    {
                        await database.Effects.FenceAsync(connection, "run/" + execution.Run.RunId, execution.Run.Epoch, token);
                        return await work(connection, token);
                    },
                    cancellationToken),
                e => execution.Progress(0, 0, SqlErrors.Waiting(e)),
                execution.Services.Time,
                cancellationToken);
        }
        catch (EpochStaleException e)
        {
            throw new NodeException(EpochStaleException.Reason, e.Message, transient: false, e);
        }
        catch (NpgsqlException e)
        {
            throw SqlErrors.ToNodeException(e, database.Schema + ".eq_effects");
        }
    }
}
