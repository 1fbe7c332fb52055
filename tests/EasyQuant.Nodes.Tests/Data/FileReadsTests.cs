using System.Globalization;
using EasyQuant.Nodes.Data;

namespace EasyQuant.Nodes.Tests.Data;

public sealed class FileReadsTests
{
    private static readonly string[] s_paths = [.. Enumerable.Range(0, 20).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    [Fact]
    public async Task Ahead_SomeThreads_ReadsSoManyAtATimeAndNoMore()
    {
        // Each waits for two others, so one after the other would never end.
        using var together = new Barrier(3);
        int inside = 0;
        int most = 0;
        int Read(string path)
        {
            if (int.Parse(path, CultureInfo.InvariantCulture) >= 18)
            {
                return 0;
            }

            InterlockedMax(ref most, Interlocked.Increment(ref inside));
            Assert.True(together.SignalAndWait(TimeSpan.FromMinutes(1)));
            return Interlocked.Decrement(ref inside);
        }

        Assert.Equal(20, (await AllAsync(FileReads.AheadAsync(s_paths, 3, (path, _) => Read(path), CancellationToken.None))).Count);
        Assert.Equal(3, most);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public async Task Ahead_FirstFileSlowest_GivesTheOrderOfThePaths(int threads)
    {
        using var others = new CountdownEvent(Math.Min(threads, s_paths.Length) - 1);
        IAsyncEnumerable<string> reads = FileReads.AheadAsync(s_paths, threads, (path, _) =>
        {
            if (path == "0")
            {
                Assert.True(others.Wait(TimeSpan.FromMinutes(1)));
            }
            else if (!others.IsSet)
            {
                others.Signal();
            }

            return path;
        }, CancellationToken.None);
        Assert.Equal(s_paths, await AllAsync(reads));
    }

    [Fact]
    public async Task Ahead_TwoFilesFail_TellsTheFirstAndLeavesNoReadBehind()
    {
        int open = 0;
        using var later = new ManualResetEventSlim();
        IAsyncEnumerable<string> reads = FileReads.AheadAsync(s_paths, 4, (path, _) =>
        {
            Interlocked.Increment(ref open);
            try
            {
                if (path == "2")
                {
                    later.Set();
                    throw new InvalidDataException(path);
                }

                if (path == "1")
                {
                    Assert.True(later.Wait(TimeSpan.FromMinutes(1)));
                    throw new InvalidDataException(path);
                }

                return path;
            }
            finally
            {
                Interlocked.Decrement(ref open);
            }
        }, CancellationToken.None);

        InvalidDataException first = await Assert.ThrowsAsync<InvalidDataException>(() => AllAsync(reads));

        Assert.Equal("1", first.Message);
        Assert.Equal(0, open);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = Volatile.Read(ref most); seen < value; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }

    private static async Task<List<T>> AllAsync<T>(IAsyncEnumerable<T> source)
    {
        var all = new List<T>();
        await foreach (T one in source)
        {
            all.Add(one);
        }

        return all;
    }
}
