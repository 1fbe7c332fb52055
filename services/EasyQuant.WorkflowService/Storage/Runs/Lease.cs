using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>A lease as its holder names it.</summary>
internal readonly record struct Lease(Guid RunId, long Epoch)
{
    public static NpgsqlParameter[] Parameters(IReadOnlyList<Lease> leases) =>
    [
        Pg.Many(NpgsqlDbType.Uuid, leases, lease => lease.RunId),
        Pg.Many(NpgsqlDbType.Bigint, leases, lease => lease.Epoch),
    ];
}
