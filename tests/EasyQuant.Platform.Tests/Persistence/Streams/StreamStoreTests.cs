using EasyQuant.Persistence.Effects;
using EasyQuant.Persistence.Faults;
using EasyQuant.Persistence.Streams;
using EasyQuant.Testing;

namespace EasyQuant.Platform.Tests.Persistence.Streams;

[Collection(Servers.Name)]
public sealed class StreamStoreTests(TestServersFixture fixture) : IAsyncLifetime
{
    private StreamDatabase _db = null!;

    public async Task InitializeAsync() => _db = await StreamDatabase.CreateAsync(fixture.Servers);

    public async Task DisposeAsync() => await _db.DisposeAsync();

    [Fact]
    public async Task Stream_AllConsumedThenClosed_CompletesAtTheClose()
    {
        await _db.OpenAsync(1, "g");
        StreamLease lease = await _db.StartAsync(0);
        Assert.Equal(StreamState.Open, await _db.ConsumeAsync(0, 0));
        Assert.Equal(StreamState.Open, await _db.ConsumeAsync(0, 1));
        await _db.CloseAsync(lease, 2);
        StreamStatus status = await _db.StatusAsync();
        Assert.Equal((StreamState.Completed, 2L, 0L, 2L, 20L, 200L), (status.State, status.Groups[0].DoneCount, status.Groups[0].DeadCount, status.Groups[0].Total, status.Groups[0].RowCount, status.Groups[0].ByteCount));
    }

    [Fact]
    public async Task Stream_ClosedThenConsumed_CompletesAtTheLastChunk()
    {
        await _db.OpenAsync(2, "g");
        await _db.CloseAsync(await _db.StartAsync(0), 1);
        await _db.CloseAsync(await _db.StartAsync(1), 1);
        Assert.Equal(StreamState.Open, await _db.ConsumeAsync(1, 0));
        Assert.Equal(StreamState.Completed, await _db.ConsumeAsync(0, 0));
    }

    [Fact]
    public async Task Stream_NoMessages_CompletesAtTheLastClose()
    {
        await _db.OpenAsync(2, "g");
        await _db.CloseAsync(await _db.StartAsync(0), 0);
        Assert.Equal(StreamState.Open, await _db.StateAsync());
        await _db.CloseAsync(await _db.StartAsync(1), 0);
        Assert.Equal(StreamState.Completed, await _db.StateAsync());
    }

    [Fact]
    public async Task Groups_OfOneStream_CompleteEachForItself()
    {
        await _db.OpenAsync(1, "a", "b");
        await _db.CloseAsync(await _db.StartAsync(0), 1);
        Assert.Equal(StreamState.Completed, await _db.ConsumeAsync(0, 0, "a", "ra"));
        Assert.Equal((StreamState.Open, StreamState.Open), ((await _db.StatusAsync()).State, await _db.StateAsync("b")));
        Assert.Equal(StreamState.Completed, await _db.ConsumeAsync(0, 0, "b", "rb"));
        Assert.Equal(StreamState.Completed, (await _db.StatusAsync()).State);
    }

    [Fact]
    public async Task Consume_SameChunkTwice_MakesOneEffect()
    {
        await _db.OpenAsync(1, "g");
        await _db.ConsumeAsync(0, 5);
        await _db.ConsumeAsync(0, 5, replica: "other");
        Assert.Equal((1L, 1L), (await _db.EffectCountAsync(), (await _db.StatusAsync()).Groups[0].DoneCount));
    }

    [Fact]
    public async Task Consume_ByManyAtOnce_MakesOneEffectAChunk()
    {
        await _db.OpenAsync(2, "g");
        await _db.CloseAsync(await _db.StartAsync(0), 20);
        await _db.CloseAsync(await _db.StartAsync(1), 20);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async replica =>
        {
            foreach (int i in Enumerable.Range(0, 40))
            {
                await _db.ConsumeAsync(i % 2, i / 2, replica: $"r{replica}");
            }
        }));
        Assert.Equal((40L, StreamState.Completed), (await _db.EffectCountAsync(), await _db.StateAsync()));
    }

    [Fact]
    public async Task Consume_ReplyToCommitLost_MakesOneEffect()
    {
        await _db.OpenAsync(1, "g");
        using (Failpoints.Arm("stream.consume.after-commit:throw:1"))
        {
            await _db.ConsumeAsync(0, 0);
        }

        Assert.Equal((1L, 1L), (await _db.EffectCountAsync(), (await _db.StatusAsync()).Groups[0].DoneCount));
    }

    [Fact]
    public async Task Consume_OldEpochOfTheConsumer_IsRefused()
    {
        await _db.OpenAsync(1, "g");
        await _db.ConsumeAsync(0, 0, epoch: 5);
        await Assert.ThrowsAsync<EpochStaleException>(() => _db.ConsumeAsync(0, 1, epoch: 4));
        Assert.Equal(1, await _db.EffectCountAsync());
    }

    [Fact]
    public async Task Consume_MoreThanTheTotal_IsRefusedAndWritesNothing()
    {
        await _db.OpenAsync(1, "g");
        await _db.CloseAsync(await _db.StartAsync(0), 1);
        await _db.ConsumeAsync(0, 0);
        StreamException surplus = await Assert.ThrowsAsync<StreamException>(() => _db.ConsumeAsync(0, 1));
        Assert.Equal((StreamException.Surplus, 1L), (surplus.Reason, await _db.EffectCountAsync()));
    }

    [Fact]
    public async Task Consume_UnknownStreamOrAborted_DoesNothing()
    {
        Assert.Equal(StreamException.NotFound, (await Assert.ThrowsAsync<StreamException>(() => _db.ConsumeAsync(0, 0))).Reason);
        await _db.OpenAsync(1, "g");
        Assert.True(await _db.InAsync("abort", (c, t) => _db.Streams.AbortAsync(c, StreamDatabase.Id, "given up", t)));
        Assert.False(await _db.InAsync("abort", (c, t) => _db.Streams.AbortAsync(c, StreamDatabase.Id, "again", t)));
        Assert.Equal(StreamState.Aborted, await _db.ConsumeAsync(0, 0));
        StreamStatus status = await _db.StatusAsync();
        Assert.Equal((StreamState.Aborted, "given up", 0L), (status.State, status.Reason, await _db.EffectCountAsync()));
    }

    [Fact]
    public async Task Close_ByAZombie_IsRefusedAndByItsSuccessorCounts()
    {
        await _db.OpenAsync(1, "g");
        StreamLease zombie = await _db.StartAsync(0);
        StreamLease owner = await _db.StartAsync(0);
        Assert.Equal((zombie.Epoch + 1, 2), (owner.Epoch, owner.StartCount));
        await Assert.ThrowsAsync<EpochStaleException>(() => _db.CloseAsync(zombie, 3));
        await Assert.ThrowsAsync<EpochStaleException>(() => _db.InAsync("renew", (c, t) => _db.Producers.RenewAsync(c, zombie, 1, StreamDatabase.Lease, t)));
        await _db.CloseAsync(owner, 0);
        await Assert.ThrowsAsync<EpochStaleException>(() => _db.CloseAsync(zombie, 0));
        Assert.Equal(StreamState.Completed, await _db.StateAsync());
    }

    [Fact]
    public async Task Close_Twice_IsHarmlessWithTheSameTotalOnly()
    {
        await _db.OpenAsync(1, "g");
        StreamLease lease = await _db.StartAsync(0);
        await _db.CloseAsync(lease, 3);
        await _db.CloseAsync(lease, 3);
        StreamException changed = await Assert.ThrowsAsync<StreamException>(() => _db.CloseAsync(lease, 4));
        Assert.Equal((StreamException.TotalChanged, 3L), (changed.Reason, (await _db.StatusAsync()).Groups[0].Total));
    }

    [Fact]
    public async Task Close_ReplyToCommitLost_IsClosedOnce()
    {
        await _db.OpenAsync(1, "g");
        StreamLease lease = await _db.StartAsync(0);
        using (Failpoints.Arm("stream.close.after-commit:throw:1"))
        {
            await _db.CloseAsync(lease, 0);
        }

        Assert.Equal(StreamState.Completed, await _db.StateAsync());
    }

    [Fact]
    public async Task Open_Again_IsTheSameOrAConflict()
    {
        await _db.OpenAsync(2, "g");
        await _db.OpenAsync(2, "g");
        Assert.Equal(StreamException.Conflict, (await Assert.ThrowsAsync<StreamException>(() => _db.OpenAsync(2, "other"))).Reason);
        await _db.InAsync("add", (c, t) => _db.Streams.AddProducersAsync(c, StreamDatabase.Id, 3, t));
        Assert.Equal(3, (await _db.StatusAsync()).Producers.Count);
    }

    [Fact]
    public async Task Take_ByManyReplicas_GivesEachProducerToOne()
    {
        await _db.OpenAsync(5, "g");
        StreamLease?[] leases = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            _db.InAsync("take", (c, t) => _db.Producers.TakeAsync(c, StreamDatabase.Id, $"w{i}", StreamDatabase.Lease, t))));
        Assert.Equal([0, 1, 2, 3, 4], leases.OfType<StreamLease>().Select(l => l.Producer).Order());
        StreamLease given = leases.OfType<StreamLease>().First();
        await _db.InAsync("release", (c, t) => _db.Producers.ReleaseAsync(c, given, 17, t));
        StreamLease? next = await _db.InAsync("take", (c, t) => _db.Producers.TakeAsync(c, StreamDatabase.Id, "w9", StreamDatabase.Lease, t));
        Assert.Equal((given.Producer, given.Epoch + 1, 17L), (next!.Producer, next.Epoch, next.NextSequence));
    }

    [Fact]
    public async Task Take_HeldByAnEarlierOwnerOfTheFamily_IsFreeAtOnceAndItsOldOwnerIsRefused()
    {
        await _db.OpenAsync(3, "g");
        StreamLease old = (await _db.InAsync("take", (c, t) => _db.Producers.TakeAsync(c, StreamDatabase.Id, Owner("a", 1, 0), StreamDatabase.Lease, t)))!;
        await _db.InAsync("take", (c, t) => _db.Producers.TakeAsync(c, StreamDatabase.Id, Owner("b", 1, 0), StreamDatabase.Lease, t));
        int?[] taken = new int?[3];
        for (int i = 0; i < taken.Length; i++)
        {
            taken[i] = (await _db.InAsync("take", (c, t) => _db.Producers.TakeAsync(c, StreamDatabase.Id, Owner("a", 2, i), StreamDatabase.Lease, t)))?.Producer;
        }

        Assert.Equal([0, 2, null], taken);
        await Assert.ThrowsAsync<EpochStaleException>(() => _db.InAsync("renew", async (c, t) =>
        {
            await _db.Producers.RenewAsync(c, old, 0, StreamDatabase.Lease, t);
            return true;
        }));
    }

    [Fact]
    public async Task Take_AnswerWasLost_TheNextTakeHasTheSameProducerAndOthersKeepTheirs()
    {
        await _db.OpenAsync(3, "g");
        StreamOwner lane = Owner("a", 1, 0);
        StreamLease lost = (await _db.InAsync("take", (c, t) => _db.Producers.TakeAsync(c, StreamDatabase.Id, lane, StreamDatabase.Lease, t)))!;
        StreamLease other = (await _db.InAsync("take", (c, t) => _db.Producers.TakeAsync(c, StreamDatabase.Id, Owner("a", 1, 1), StreamDatabase.Lease, t)))!;

        StreamLease? again = await _db.InAsync("take", (c, t) => _db.Producers.TakeAsync(c, StreamDatabase.Id, lane, StreamDatabase.Lease, t));

        Assert.Equal((lost.Producer, lost.Epoch + 1), (again?.Producer, again?.Epoch));
        await _db.InAsync("renew", async (c, t) =>
        {
            await _db.Producers.RenewAsync(c, other, 0, StreamDatabase.Lease, t);
            return true;
        });
    }

    [Fact]
    public async Task Derived_CountedWithTheInput_ClosesWithWhatWasCounted()
    {
        await _db.OpenAsync(2, "g");
        await _db.InAsync("produced", (c, t) => _db.Producers.AddProducedAsync(c, StreamDatabase.Id, 1, 2, t));
        Assert.Equal(2, await _db.InAsync("derived", (c, t) => _db.Producers.CloseDerivedAsync(c, StreamDatabase.Id, t)));
        Assert.Equal(0, await _db.InAsync("derived", (c, t) => _db.Producers.CloseDerivedAsync(c, StreamDatabase.Id, t)));
        await _db.ConsumeAsync(1, 0);
        Assert.Equal(StreamState.Completed, await _db.ConsumeAsync(1, 65_536));
    }

    [Fact]
    public async Task Park_Chunk_CountsAsDeadOnceAndIsListed()
    {
        await _db.OpenAsync(1, "g");
        await _db.CloseAsync(await _db.StartAsync(0), 2);
        await _db.ConsumeAsync(0, 0);
        Assert.Equal(StreamState.Completed, await _db.ParkAsync(0, 1));
        await _db.ParkAsync(0, 1);
        await _db.ParkAsync(0, 0);
        await _db.ConsumeAsync(0, 1);
        List<ParkedRow> rows = await _db.InAsync("list", (c, t) => _db.Parking.ListAsync(c, StreamDatabase.Id, null, 0, 10, t));
        StreamGroupStatus group = (await _db.StatusAsync()).Groups[0];
        Assert.Equal((1, "CHUNK_CORRUPT", "parked", 1L, 1L, 1L), (rows.Count, rows[0].Reason, rows[0].State, group.DoneCount, group.DeadCount, await _db.EffectCountAsync()));
        Assert.Equal(16, rows[0].StackHash.Length);
    }

    [Theory]
    [InlineData(1024 * 1024, true)]
    [InlineData((1024 * 1024) + 1, true)]
    [InlineData(16 * 1024 * 1024, true)]
    [InlineData((16 * 1024 * 1024) + 1025, false)]
    public async Task Park_LargeChunk_IsKeptWholeUpToTheLargestThatATopicCarries(int byteCount, bool isReplayable)
    {
        await _db.OpenAsync(1, "g");
        await _db.CloseAsync(await _db.StartAsync(0), 1);
        byte[] payload = new byte[byteCount];
        new Random(7).NextBytes(payload);
        Assert.Equal(StreamState.Completed, await _db.ParkAsync(0, 0, payload: payload));
        ParkedRow row = Assert.Single(await _db.InAsync("list", (c, t) => _db.Parking.ListAsync(c, StreamDatabase.Id, null, 0, 10, t)));
        Assert.Equal((isReplayable, byteCount, !isReplayable), (row.HasPayload, row.ByteCount, row.Detail.Contains("cut", StringComparison.Ordinal)));
        List<ParkedPayload> sent = await _db.InAsync("replay", (c, t) => _db.Parking.ReplayAsync(c, StreamDatabase.Id, [1], t));
        Assert.Equal(isReplayable, sent is [{ } one] && one.Payload.AsSpan().SequenceEqual(payload));
        await using Npgsql.NpgsqlCommand kept = _db.Source.CreateCommand("select length(payload) from eq_stream_parked");
        Assert.Equal(Math.Min(byteCount, ParkedChunk.PayloadBytesMax), await kept.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Park_ComesAgainWithThePayloadThatWasMissing_IsReplayable()
    {
        await _db.OpenAsync(1, "g");
        await _db.CloseAsync(await _db.StartAsync(0), 1);
        await _db.ParkAsync(0, 0);
        // As an earlier version left a chunk of more than 1 MiB.
        await _db.InAsync("lose", async (c, t) =>
        {
            await using var lose = new Npgsql.NpgsqlCommand("update eq_stream_parked set payload = null; update eq_stream_seen set state = 2", c);
            await lose.ExecuteNonQueryAsync(t);
        });
        await _db.ParkAsync(0, 0);
        Assert.True(Assert.Single(await _db.InAsync("list", (c, t) => _db.Parking.ListAsync(c, null, null, 0, 10, t))).HasPayload);
        Assert.Equal(3, Assert.Single(await _db.InAsync("replay", (c, t) => _db.Parking.ReplayAsync(c, StreamDatabase.Id, [1], t))).Payload.Length);
    }

    [Fact]
    public async Task Park_StreamGivenUp_IsRefusedAndChangesNothing()
    {
        await _db.OpenAsync(1, "g");
        await _db.ParkAsync(0, 0);
        Assert.True(await _db.InAsync("abort", (c, t) => _db.Streams.AbortAsync(c, StreamDatabase.Id, "enough", t)));
        StreamException refused = await Assert.ThrowsAsync<StreamException>(() => _db.ParkAsync(0, 1));
        Assert.Equal(StreamException.NotOpen, refused.Reason);
        List<ParkedRow> rows = await _db.InAsync("list", (c, t) => _db.Parking.ListAsync(c, StreamDatabase.Id, null, 0, 10, t));
        Assert.Equal((1, 1L), (rows.Count, (await _db.StatusAsync()).Groups[0].DeadCount));
    }

    [Fact]
    public async Task Replay_ParkedChunk_IsConsumedOnceHoweverOftenItComes()
    {
        await _db.OpenAsync(1, "g");
        await _db.CloseAsync(await _db.StartAsync(0), 1);
        await _db.ParkAsync(0, 0);
        for (int i = 0; i < 2; i++)
        {
            List<ParkedPayload> sent = await _db.InAsync("replay", (c, t) => _db.Parking.ReplayAsync(c, StreamDatabase.Id, [1], t));
            Assert.Equal(("s-1/0/0", 3), (sent[0].MessageId, sent[0].Payload.Length));
        }

        Assert.Equal(StreamState.Completed, await _db.ConsumeAsync(0, 0));
        Assert.Equal(StreamState.Completed, await _db.ConsumeAsync(0, 0));
        StreamGroupStatus group = (await _db.StatusAsync()).Groups[0];
        List<ParkedRow> rows = await _db.InAsync("list", (c, t) => _db.Parking.ListAsync(c, null, "g", 0, 10, t));
        Assert.Equal((1L, 0L, 1L, "resolved"), (group.DoneCount, group.DeadCount, await _db.EffectCountAsync(), rows[0].State));
        Assert.Empty(await _db.InAsync("replay", (c, t) => _db.Parking.ReplayAsync(c, StreamDatabase.Id, [1], t)));
    }

    [Fact]
    public async Task Replay_FailsAgain_IsParkedAgainAndCountedOnce()
    {
        await _db.OpenAsync(1, "g");
        await _db.CloseAsync(await _db.StartAsync(0), 1);
        await _db.ParkAsync(0, 0);
        await _db.InAsync("replay", (c, t) => _db.Parking.ReplayAsync(c, StreamDatabase.Id, [1], t));
        await _db.ParkAsync(0, 0);
        StreamGroupStatus group = (await _db.StatusAsync()).Groups[0];
        List<ParkedRow> rows = await _db.InAsync("list", (c, t) => _db.Parking.ListAsync(c, null, null, 0, 10, t));
        Assert.Equal((0L, 1L, 2, "parked"), (group.DoneCount, group.DeadCount, rows[0].ParkCount, rows[0].State));
    }

    [Fact]
    public async Task Suspect_TriedTwiceWithoutAnEnd_IsKnown()
    {
        await _db.OpenAsync(1, "g");
        Task<int> BeginAsync() => _db.InAsync("suspect", (c, t) => _db.Parking.BeginSuspectAsync(c, StreamDatabase.Member(), new StreamPosition(0, 3), t));
        Assert.Equal(1, await BeginAsync());
        Assert.Equal(2, await BeginAsync());
        await _db.InAsync("end", (c, t) => _db.Parking.EndSuspectAsync(c, StreamDatabase.Member(), new StreamPosition(0, 3), t));
        Assert.Equal(1, await BeginAsync());
    }

    [Fact]
    public async Task Failures_Noted_AreNoSuspectsAndAreForgottenWithTheChunk()
    {
        await _db.OpenAsync(1, "g");
        var position = new StreamPosition(0, 3);
        Task<int> NoteAsync() => _db.InAsync("failure", (c, t) => _db.Parking.NoteFailureAsync(c, StreamDatabase.Member(), position, t));
        Assert.Equal((1, 2), (await NoteAsync(), await NoteAsync()));
        Assert.Empty(await _db.InAsync("suspects", (c, t) => _db.Parking.ListSuspectsAsync(c, StreamDatabase.Id, "g", t)));
        await _db.InAsync("end", (c, t) => _db.Parking.EndSuspectAsync(c, StreamDatabase.Member(), position, t));
        Assert.Equal(3, await NoteAsync());
        await _db.InAsync("forget", (c, t) => _db.Parking.ForgetTriesAsync(c, StreamDatabase.Member(), position, t));
        Assert.Equal(1, await NoteAsync());
    }

    [Fact]
    public async Task Count_TwoConsumersFinishTwoProducersAtOnce_OneOfThemCompletes()
    {
        await _db.OpenAsync(2, "g");
        await _db.CloseAsync(await _db.StartAsync(0), 1);
        await _db.CloseAsync(await _db.StartAsync(1), 1);
        // Both have counted and neither has the lock yet: each waits at the failpoint, then both go on.
        using (Failpoints.Arm("stream.count.before-lock:sleep:1"))
        {
            await Task.WhenAll(Task.Run(() => _db.ConsumeAsync(0, 0, replica: "a")), Task.Run(() => _db.ConsumeAsync(1, 0, replica: "b")));
        }

        Assert.Equal(StreamState.Completed, await _db.StateAsync());
    }

    [Fact]
    public async Task Count_FailsBeforeTheLock_IsRolledBackAndRepeated()
    {
        await _db.OpenAsync(1, "g");
        await _db.CloseAsync(await _db.StartAsync(0), 1);
        using (Failpoints.Arm("stream.count.before-lock:throw:1"))
        {
            Assert.Equal(StreamState.Completed, await _db.ConsumeAsync(0, 0));
        }

        Assert.Equal(1, await _db.EffectCountAsync());
    }

    [Fact]
    public async Task Forget_EndedStreams_KeepsOpenOnes()
    {
        await _db.OpenAsync(1, "g");
        Assert.True((await ForgetAsync(10)).IsNothing);
        await _db.CloseAsync(await _db.StartAsync(0), 0);
        await AgeAsync();

        Assert.Equal(new StreamsForgotten(1, 0), await ForgetAsync(10));
        Assert.Null(await _db.InAsync("get", (c, t) => _db.Streams.GetAsync(c, StreamDatabase.Id, t)));
    }

    [Fact]
    public async Task Forget_MoreKeysThanOneCallTakes_TheStreamGoesWithTheLast()
    {
        await _db.OpenAsync(1, "g");
        StreamLease lease = await _db.StartAsync(0);
        for (int i = 0; i < 5; i++)
        {
            await _db.ConsumeAsync(0, i);
        }

        await _db.CloseAsync(lease, 5);
        await AgeAsync();

        Assert.Equal(new StreamsForgotten(0, 2), await ForgetAsync(2));
        // Its key may be gone already; the counters are full.
        StreamException surplus = await Assert.ThrowsAsync<StreamException>(async () =>
        {
            for (int i = 0; i < 5; i++)
            {
                await _db.ConsumeAsync(0, i);
            }
        });
        Assert.Equal((StreamException.Surplus, 5L), (surplus.Reason, await _db.EffectCountAsync()));
        Assert.Equal(new StreamsForgotten(0, 2), await ForgetAsync(2));
        Assert.Equal(new StreamsForgotten(1, 1), await ForgetAsync(2));
        Assert.True((await ForgetAsync(2)).IsNothing);
    }

    [Fact]
    public async Task Number_OfALaterStream_IsGreater()
    {
        await _db.OpenAsync(1, "h", "g");
        await _db.InAsync("open", (c, t) => _db.Streams.OpenAsync(
            c, new StreamOpening { Stream = "s-2", ProjectId = "default", Topic = "bars", ProducerCount = 1, Groups = ["g"] }, t));

        long g = await NumberAsync(StreamDatabase.Id, "g");
        long h = await NumberAsync(StreamDatabase.Id, "h");
        Assert.True(g > 0 && h > g && await NumberAsync("s-2", "g") > h);
    }

    [Fact]
    public async Task EnsureTables_OfAnOlderVersion_NumbersWhatIsThere()
    {
        await _db.OpenAsync(1, "g", "h");
        await using (Npgsql.NpgsqlCommand older = _db.Source.CreateCommand("alter table eq_stream_groups drop column number"))
        {
            await older.ExecuteNonQueryAsync();
        }

        await _db.InAsync("ensure", _db.Streams.EnsureTablesAsync);
        await _db.InAsync("open", (c, t) => _db.Streams.OpenAsync(
            c, new StreamOpening { Stream = "s-2", ProjectId = "default", Topic = "bars", ProducerCount = 1, Groups = ["g"] }, t));

        Assert.True(await NumberAsync("s-2", "g") > Math.Max(await NumberAsync(StreamDatabase.Id, "g"), await NumberAsync(StreamDatabase.Id, "h")));
    }

    private Task<long> NumberAsync(string stream, string group) => _db.InAsync("number", (c, t) => _db.Streams.GetNumberAsync(c, stream, group, t));

    private Task<StreamsForgotten> ForgetAsync(int keysMax) => _db.InAsync("forget", (c, t) => _db.Streams.ForgetAsync(c, TimeSpan.FromHours(1), 10, keysMax, t));

    private async Task AgeAsync()
    {
        await using Npgsql.NpgsqlCommand age = _db.Source.CreateCommand("update eq_streams set end_time = end_time - interval '2 hours'");
        await age.ExecuteNonQueryAsync();
    }

    private static StreamOwner Owner(string run, int epoch, int lane) => new($"run/{run}/{epoch}/{lane}", $"run/{run}/", $"run/{run}/{epoch}/");
}
