using EasyQuant.Faults.Harness;
using Npgsql;

namespace EasyQuant.Faults;

/// <summary>Too few connections to the database under L1 and L2; the number is that of the fault table.</summary>
[Collection(BedCollection.Name)]
[Trait(BedCollection.Suite, BedCollection.Bed)]
public sealed class SmallPoolFaultTests(FaultBed bed) : IClassFixture<SmallPool>, IAsyncLifetime
{
    public Task InitializeAsync() => bed.BeginAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>F28: three connections for everything, and a lock that all need.</summary>
    [Fact]
    [Trait("Fault", "F28")]
    public async Task DatabasePool_ThreeConnectionsAndALock_WaitsAreBoundedAndEverythingRecovers()
    {
        await FaultRun.UnderLoadAsync(bed, async (load, cancellationToken) =>
        {
            await using (var connection = new NpgsqlConnection(bed.DatabaseConnection + ";Pooling=false"))
            {
                await connection.OpenAsync(cancellationToken);
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
                await using var take = new NpgsqlCommand("lock table workflow.runs in exclusive mode", connection);
                await take.ExecuteNonQueryAsync(cancellationToken);
                Task storm = load.StormAsync(10, cancellationToken);
                await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
                await transaction.RollbackAsync(cancellationToken);
                await storm;
            }
        });
    }
}
