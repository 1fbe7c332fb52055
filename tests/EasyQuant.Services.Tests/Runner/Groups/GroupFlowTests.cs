using EasyQuant.Contracts.Group.V1;
using EasyQuant.Testing;
using static EasyQuant.Services.Tests.Runner.Groups.GroupRuns;

namespace EasyQuant.Services.Tests.Runner.Groups;

/// <summary>What bounds the chunks of a started group: their size, and how many of them may be on their way.</summary>
public sealed class GroupFlowTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const int Files = 200;
    private const int RowsPerChunk = 50;
    private const int ChunksPerFile = DaysPerFile / RowsPerChunk;
    private const int LengthMax = 4;
    // What one lane has sent and what is not confirmed: 64 files, see MqProducerNode.WindowMax; and the file in hand.
    private const int WindowMax = (64 + 1) * ChunksPerFile;

    [Fact]
    public async Task Chunks_ConsumerStandsStill_StopTheReadersUntilItGoesOn()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:00:20");
        await WriteFilesAsync(host, Files);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        IAsyncDisposable held = await HoldConsumersAsync(host, deadline.Token);
        GroupStart start = await StartAsync(
            host,
            $$$"""
            {"schema":"easyquant/groups/1","name":"bounded","mqConfig":{"prefetch":1},"topics":[{"name":"bars","lengthMax":{{{LengthMax}}},"chunkRowsMax":{{{RowsPerChunk}}}}],"groups":[
              {"id":"read","shards":1,"outputQueue":"bars","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"csv/*.csv","chunkSize":{{{DaysPerFile}}}}}]},
              {"id":"keep","inputQueue":"bars","nodes":[{"id":"save","type":"DbSave","params":{"table":"kept"}}]}]}
            """);
        string queue = $"data.{start.StartId}.bars.keep";
        while (await DepthAsync(host, queue, deadline.Token) < LengthMax)
        {
            await Task.Delay(50, deadline.Token);
        }

        // The consumer has the one chunk that it may hold, the queue holds its bound, the rest waits in the reader.
        GroupStart full = await WaitAsync(host, start, one => one.Groups[0].Stages is [{ RowCount: > 0 }, ..], deadline.Token);
        Assert.Equal(StartState.Running, full.State);
        Assert.Equal(0, full.Groups[1].Sums.ChunkCount);
        Assert.InRange(full.Groups[0].Stages[0].RowCount, 1, (1 + (2 * LengthMax) + WindowMax) * RowsPerChunk);

        await held.DisposeAsync();
        GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
        Assert.True(ended.State == StartState.Succeeded, ended.ToString());
        const long Rows = (long)Files * DaysPerFile;
        Assert.Equal(Rows, await ScalarAsync(host, "select count(*) from data.kept", deadline.Token));
        Assert.Equal(Rows, await ScalarAsync(host, "select count(*) from (select distinct symbol, trading_date from data.kept) as k", deadline.Token));
        foreach (GroupSums sums in ended.Groups.Select(group => group.Sums))
        {
            // Every file came as one chunk of 200 rows and was split.
            Assert.Equal((Rows, (long)Files * ChunksPerFile, 0L), (sums.RowCount, sums.ChunkCount, sums.DeadLetterCount));
            // Eight columns of eight bytes, mostly; far from twice as many.
            Assert.InRange(sums.ByteCount, Rows * 32, Rows * 200);
            Assert.True(sums.Elapsed.ToTimeSpan() > TimeSpan.Zero && sums.Elapsed.ToTimeSpan() <= ended.EndTime.ToDateTimeOffset() - ended.CreateTime.ToDateTimeOffset(), $"{sums.Elapsed}, {ended}");
        }

        Assert.Equal(ended.Groups[0].Sums.ByteCount, ended.Groups[1].Sums.ByteCount);
    }
}
