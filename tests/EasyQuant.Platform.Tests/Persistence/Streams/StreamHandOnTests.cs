using EasyQuant.Persistence.Streams;
using EasyQuant.Testing;

namespace EasyQuant.Platform.Tests.Persistence.Streams;

/// <summary>What a replay hands on to the readers of an output stream.</summary>
[Collection(Servers.Name)]
public sealed class StreamHandOnTests(TestServersFixture fixture) : IAsyncLifetime
{
    private StreamDatabase _db = null!;

    public async Task InitializeAsync() => _db = await StreamDatabase.CreateAsync(fixture.Servers);

    public async Task DisposeAsync() => await _db.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HandOn_Pieces_EndsWholeAndEachReaderConsumesWhatItDoesNotKnow(bool hasEnded)
    {
        await _db.OpenAsync(1, "g", "h");
        await _db.InAsync("produced", (c, t) => _db.Producers.AddProducedAsync(c, StreamDatabase.Id, 0, 1, t));
        await _db.ConsumeAsync(0, 0, "g", "g");
        await _db.ConsumeAsync(0, 0, "h", "h");
        if (hasEnded)
        {
            await CloseAsync();
            Assert.Equal(StreamState.Completed, (await _db.StatusAsync()).State);
        }
        else
        {
            // It was sent before its chunk was parked, and one reader was faster.
            await _db.ConsumeAsync(0, 7, "g", "g");
        }

        await HandOnAsync(7, 8);
        await CloseAsync();
        int known = hasEnded ? 0 : 1;
        StreamStatus status = await _db.StatusAsync();
        Assert.Equal((StreamState.Completed, 3L), (status.State, status.Producers[0].Total));
        Assert.Equal([("g", 1L + known, 2L - known, 3L), ("h", 1L, 2L, 3L)], Counts(status));
        foreach ((string group, long[] sequences) in new[] { ("g", (long[])(hasEnded ? [7, 8] : [8])), ("h", [7, 8]) })
        {
            List<ParkedRow> rows = await _db.InAsync("list", (c, t) => _db.Parking.ListAsync(c, StreamDatabase.Id, group, 0, 10, t));
            Assert.Equal(sequences, rows.Select(row => row.Position!.Value.Sequence));
            await _db.InAsync("replay", (c, t) => _db.Parking.ReplayAsync(c, StreamDatabase.Id, [.. rows.Select(row => row.Id)], t));
            foreach (long sequence in (long[])[.. sequences, .. sequences])
            {
                await _db.ConsumeAsync(0, sequence, group, group);
            }
        }

        Assert.Equal([("g", 3L, 0L, 3L), ("h", 3L, 0L, 3L)], Counts(await _db.StatusAsync()));
        Assert.Equal(6L, await _db.EffectCountAsync());
    }

    [Fact]
    public async Task HandOn_StreamIsGivenUp_ChangesNothing()
    {
        await _db.OpenAsync(1, "g");
        await _db.InAsync("abort", (c, t) => _db.Streams.AbortAsync(c, StreamDatabase.Id, "enough", t));
        StreamException refused = await Assert.ThrowsAsync<StreamException>(() => HandOnAsync(7));
        Assert.Equal(StreamException.NotOpen, refused.Reason);
        Assert.Empty(await _db.InAsync("list", (c, t) => _db.Parking.ListAsync(c, StreamDatabase.Id, null, 0, 10, t)));
    }

    private static IEnumerable<(string Group, long Done, long Dead, long Total)> Counts(StreamStatus status) =>
        status.Groups.Select(one => (one.Group, one.DoneCount, one.DeadCount, one.Total ?? 0)).Order();

    private Task CloseAsync() => _db.InAsync("close", (c, t) => _db.Producers.CloseDerivedAsync(c, StreamDatabase.Id, t));

    private Task HandOnAsync(params long[] sequences)
    {
        string[] groups = ["g", "h"];
        return _db.InAsync("hand-on", async (c, t) =>
        {
            StreamStatus status = await _db.Streams.GetAsync(c, StreamDatabase.Id, t) ?? throw new InvalidOperationException("no stream");
            await _db.Parking.HandOnAsync(
                c, StreamDatabase.Id, [.. groups.Intersect(status.Groups.Select(one => one.Group))],
                [.. sequences.Select(sequence => new ParkedChunk
                {
                    MessageId = $"s-1/0/{sequence}", Position = new StreamPosition(0, sequence), Reason = "REPLAY_HANDED_ON", Detail = "", Encoding = "json", RowCount = 1, Payload = new byte[] { 1 },
                })],
                t);
        });
    }
}
