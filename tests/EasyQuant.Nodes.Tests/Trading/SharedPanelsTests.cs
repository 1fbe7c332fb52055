using EasyQuant.Data;
using EasyQuant.Engine;
using EasyQuant.Flow;
using EasyQuant.Nodes.Hosting;
using EasyQuant.Nodes.Tests.Data;
using EasyQuant.Nodes.Trading;

namespace EasyQuant.Nodes.Tests.Trading;

public sealed class SharedPanelsTests : IDisposable
{
    private const string Key = "00000000000000000000000000000000000000000000000000000000000000aa";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_WrittenMarket_HoldsWhatWasWritten()
    {
        var shared = new SharedPanels(_folder.Path);
        MarketPanel panel = DailyPanelReader.Read(TradingBench.Bars(3, 50, 1));
        shared.Write(Key, panel);

        using MappedMarket market = shared.TryOpen(Key)!;

        Assert.Equal(panel.ContentSha256, market.Panel.ContentSha256);
        // Not the hash that was written, but that of what is mapped.
        Assert.Equal(panel.ContentSha256, market.Panel.WithActions([]).ContentSha256);
        Assert.Equal(panel.Series.Select(one => one.Instrument), market.Panel.Series.Select(one => one.Instrument));
        for (int i = 0; i < panel.Series.Length; i++)
        {
            (InstrumentBars expected, InstrumentBars got) = (panel.Series[i], market.Panel.Series[i]);
            Assert.Equal(expected.Slots.ToArray(), got.Slots.ToArray());
            Assert.Equal(expected.PreviousClose.ToArray(), got.PreviousClose.ToArray());
            Assert.Equal(expected.Close.ToArray(), got.Close.ToArray());
        }
    }

    [Fact]
    public void Open_AbsentOrDamaged_IsNull()
    {
        var shared = new SharedPanels(_folder.Path);
        Assert.Null(shared.TryOpen(Key));
        shared.Write(Key, DailyPanelReader.Read(TradingBench.Bars(2, 30, 2)));
        string file = Assert.Single(Directory.GetFiles(_folder.Path));
        byte[] whole = File.ReadAllBytes(file);
        File.WriteAllBytes(file, whole[..^1]);
        Assert.Null(shared.TryOpen(Key));
        File.WriteAllBytes(file, whole[..20]);
        Assert.Null(shared.TryOpen(Key));
        whole[3] ^= 1;
        File.WriteAllBytes(file, whole);
        Assert.Null(shared.TryOpen(Key));
    }

    [Fact]
    public void Write_ManyMarkets_KeepsTheNewestAndRemovesPartsOfTheDead()
    {
        var shared = new SharedPanels(_folder.Path);
        MarketPanel panel = DailyPanelReader.Read(TradingBench.Bars(1, 5, 3));
        File.WriteAllText(Path.Combine(_folder.Path, ".part-left"), "half");
        for (int i = 0; i < SharedPanels.FilesMax + 2; i++)
        {
            string key = $"{i:D64}";
            shared.Write(key, panel);
            File.SetLastWriteTimeUtc(Path.Combine(_folder.Path, key + ".market"), DateTime.UnixEpoch.AddDays(i));
        }

        shared.Write(Key, panel);

        Assert.Equal(SharedPanels.FilesMax, Directory.GetFiles(_folder.Path).Length);
        Assert.Null(shared.TryOpen($"{2:D64}"));
        shared.TryOpen($"{3:D64}")!.Dispose();
    }

    [Fact]
    public async Task Rent_TwoProcesses_LoadTheTableOnceAndMapTheSameFile()
    {
        var store = new FakeArtifactStore();
        var shared = new SharedPanels(_folder.Path);
        ArtifactRef artifact = await store.SaveAsync(TradingBench.Bars(2, 40, 4), CancellationToken.None);
        // As many caches as there were processes.
        var first = new PanelCache(2, 1 << 20);
        var second = new PanelCache(2, 1 << 20);
        using PanelLease one = await first.RentAsync(artifact, store, shared, CancellationToken.None);
        using PanelLease other = await second.RentAsync(artifact, store, shared, CancellationToken.None);

        Assert.Equal(1, store.LoadCount);
        Assert.Equal(one.Panel.ContentSha256, other.Panel.WithActions([]).ContentSha256);
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(4, File.ReadLines("/proc/self/maps").Count(line => line.EndsWith(artifact.Sha256 + ".market", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Rent_OutOfTheCache_StaysMappedUntilTheLastLeaseEnds()
    {
        var store = new FakeArtifactStore();
        var shared = new SharedPanels(_folder.Path);
        var cache = new PanelCache(1, 1 << 20);
        ArtifactRef artifact = await store.SaveAsync(TradingBench.Bars(1, 40, 5), CancellationToken.None);
        ArtifactRef next = await store.SaveAsync(TradingBench.Bars(1, 40, 6), CancellationToken.None);
        PanelLease lease = await cache.RentAsync(artifact, store, shared, CancellationToken.None);
        ReadOnlyMemory<long> closes = lease.Panel.Series[0].Close;
        (await cache.RentAsync(next, store, shared, CancellationToken.None)).Dispose();

        Assert.Equal(40, closes.ToArray().Length);
        lease.Dispose();
        lease.Dispose();

        Assert.Throws<ObjectDisposedException>(() => closes.ToArray());
    }

    [Fact]
    public async Task Rent_CallerGivesUpWhileItLoads_LoadGoesOn()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var store = new FakeArtifactStore(ready.Task);
        var cache = new PanelCache(1, 1 << 20);
        ArtifactRef artifact = await store.SaveAsync(TradingBench.Bars(1, 40, 7), CancellationToken.None);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cache.RentAsync(artifact, store, null, new CancellationToken(canceled: true)));
        ready.SetResult();
        using PanelLease lease = await cache.RentAsync(artifact, store, null, CancellationToken.None);
        Assert.Equal((40, 1), (lease.Panel.BarCount, store.LoadCount));
    }
}
