using Npgsql;

namespace EasyQuant.BacktestService.Storage;

/// <summary>The trial ledgers by project. Thread-safe.</summary>
internal sealed class TrialStores(NpgsqlDataSource dataSource, TimeProvider time)
{
    /// <summary>Returns the ledger of a project; it shares nothing with those of others.</summary>
    public TrialStore Of(string projectId) => new(dataSource, projectId, time);
}
