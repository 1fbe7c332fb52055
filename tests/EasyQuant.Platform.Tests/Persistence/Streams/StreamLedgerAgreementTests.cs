using EasyQuant.Flow;
using EasyQuant.Persistence.Effects;
using EasyQuant.Persistence.Faults;
using EasyQuant.Persistence.Streams;
using EasyQuant.Testing;

namespace EasyQuant.Platform.Tests.Persistence.Streams;

/// <summary>The tables of streams do what <see cref="StreamLedger"/> says, whose end is simulated over many thousand seeds.</summary>
[Collection(Servers.Name)]
public sealed class StreamLedgerAgreementTests(TestServersFixture fixture)
{
    private const int Producers = 3;
    private const int Seeds = 30;
    private const int Steps = 40;
    private const int SequencesMax = 5;

    [Fact]
    public async Task Tables_RandomSteps_AgreeWithTheLedger()
    {
        await using StreamDatabase database = await StreamDatabase.CreateAsync(fixture.Servers);
        var ends = new HashSet<StreamLedgerState>();
        for (int seed = 0; seed < Seeds; seed++)
        {
            await using var sql = database.Source.CreateCommand("truncate eq_streams, eq_stream_groups, eq_stream_producers, eq_stream_counts, eq_stream_seen, eq_stream_parked, effects");
            await sql.ExecuteNonQueryAsync();
            await database.OpenAsync(Producers, "g");
            ends.Add(await RunAsync(database, new Random(seed), seed));
        }

        Assert.Equal(3, ends.Count);
    }

    private static async Task<StreamLedgerState> RunAsync(StreamDatabase database, Random random, int seed)
    {
        var ledger = new StreamLedger(Producers);
        var leases = new List<StreamLease>[] { [], [], [] };
        var story = new List<string>();
        for (int step = 0; step < Steps; step++)
        {
            int producer = random.Next(Producers);
            // A lost answer to a commit changes nothing: the transaction is made again.
            using IDisposable? lost = random.Next(10) == 0 ? Failpoints.Arm("*.after-commit:throw:1") : null;
            (string what, bool expected, bool found) = random.Next(20) switch
            {
                < 4 => await StartAsync(database, ledger, leases[producer], producer),
                < 9 when leases[producer].Count > 0 => await CloseAsync(database, ledger, leases[producer], producer, random),
                19 when random.Next(6) == 0 => await AbortAsync(database, ledger),
                _ => await ConsumeAsync(database, ledger, producer, random),
            };
            story.Add($"{what}: {expected}");
            StreamStatus status = await database.StatusAsync();
            Assert.True(
                expected == found && (ledger.DoneCount, ledger.DeadCount, Name(ledger.State)) == (status.Groups[0].DoneCount, status.Groups[0].DeadCount, status.Groups[0].State),
                $"seed {seed}: {string.Join("; ", story)}; the tables say {found}, {status.Groups[0]}, the ledger {ledger.DoneCount}, {ledger.DeadCount}, {ledger.State}");
        }

        Assert.Equal(ledger.DoneCount, await database.EffectCountAsync());
        return ledger.State;
    }

    private static async Task<(string, bool, bool)> StartAsync(StreamDatabase database, StreamLedger ledger, List<StreamLease> leases, int producer)
    {
        StreamLease? lease = await database.InAsync("stream.take", (c, t) => database.Producers.TakeOverAsync(c, StreamDatabase.Id, producer, "test", StreamDatabase.Lease, t));
        if (lease is null)
        {
            // Nobody starts what has ended.
            return ($"start {producer}", ledger.State != StreamLedgerState.Open || ledger.IsClosed(producer), true);
        }

        leases.Add(lease);
        // One whose answer was lost was a start as well, of which nobody knows.
        long epoch = ledger.Start(producer);
        epoch = epoch < lease.StartCount ? ledger.Start(producer) : epoch;
        return ($"start {producer}", true, lease.StartCount == epoch);
    }

    private static async Task<(string, bool, bool)> CloseAsync(StreamDatabase database, StreamLedger ledger, List<StreamLease> leases, int producer, Random random)
    {
        int start = random.Next(3) == 0 ? random.Next(leases.Count) : leases.Count - 1;
        int total = random.Next(SequencesMax);
        bool expected = ledger.TryClose(producer, leases[start].StartCount, total);
        bool found = await IsDoneAsync(() => database.CloseAsync(leases[start], total));
        return ($"close {producer} by start {leases[start].StartCount} with {total}", expected, found);
    }

    private static async Task<(string, bool, bool)> ConsumeAsync(StreamDatabase database, StreamLedger ledger, int producer, Random random)
    {
        long sequence = random.Next(SequencesMax);
        bool isPoison = random.Next(5) == 0;
        long before = ledger.DoneCount + ledger.DeadCount;
        bool expected = ledger.TryConsume(producer, sequence, isPoison);
        await IsDoneAsync(() => isPoison ? database.ParkAsync(producer, sequence) : database.ConsumeAsync(producer, sequence));
        StreamStatus now = await database.StatusAsync();
        bool found = now.Groups[0].DoneCount + now.Groups[0].DeadCount > before;
        return ($"{(isPoison ? "park" : "consume")} {producer}/{sequence}", expected, found);
    }

    private static async Task<(string, bool, bool)> AbortAsync(StreamDatabase database, StreamLedger ledger)
    {
        bool expected = ledger.Abort();
        bool found = await database.InAsync("stream.abort", (c, t) => database.Streams.AbortAsync(c, StreamDatabase.Id, "given up", t));
        // Whoever lost the answer is told that it was aborted already; the states are compared.
        return ("abort", expected, found || expected);
    }

    private static async Task<bool> IsDoneAsync(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception e) when (e is EpochStaleException or StreamException)
        {
            return false;
        }
    }

    private static StreamState Name(StreamLedgerState state) => state switch
    {
        StreamLedgerState.Open => StreamState.Open,
        StreamLedgerState.Completed => StreamState.Completed,
        _ => StreamState.Aborted,
    };
}
