using EasyQuant.Data;
using EasyQuant.Engine;
using EasyQuant.Flow;
using EasyQuant.Nodes.Hosting;

namespace EasyQuant.Nodes.Trading;

/// <summary>
/// Loaded panels by the hash of their artifact, least recently used first out. Bounded by count and bytes; the newest panel stays even
/// when it alone exceeds the bytes. Callers that ask for the same panel share one load; what is out is unmapped when its last lease ends. Thread-safe.
/// </summary>
internal sealed class PanelCache(int panelsMax, long bytesMax)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Entry> _byUse = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _byHash = new(StringComparer.Ordinal);

    /// <summary>The cache of the process: at most 8 panels, about 1 GiB.</summary>
    public static PanelCache Shared { get; } = new(8, 1L << 30);

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byHash.Count;
            }
        }
    }

    /// <summary>Reads a table as a panel; faults become node errors.</summary>
    public static MarketPanel Convert(Table bars)
    {
        try
        {
            return DailyPanelReader.Read(bars);
        }
        catch (BarTableException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }
    }

    /// <summary>Lends the market of a panel on disk, opened once; its columns stay mapped for as long as the cache or a lease holds it.</summary>
    /// <exception cref="NodeException">The reasons of <see cref="PanelException"/>, or <c>COLUMN_TYPE</c>: the panel does not fit the engine.</exception>
    public Task<PanelLease> RentAsync(PanelReference reference, PanelStore store, CancellationToken cancellationToken) =>
        RentAsync(store.KeyOf(reference.Dataset, reference.Interval, reference.Version), () => Task.FromResult(OpenMarket(reference, store)), cancellationToken);

    /// <summary>
    /// Lends the market of a stored table: mapped from the shared file of that content, which is written when there is none yet, or, where the market does not fit
    /// such a file, a copy of the process. A failed load is forgotten, so that the next caller tries again.
    /// </summary>
    /// <param name="artifact">The table of bars.</param>
    /// <param name="store">Where it is.</param>
    /// <param name="shared">The shared files; null without a data directory.</param>
    /// <param name="cancellationToken">Ends the wait, not the load, which others may wait for.</param>
    public Task<PanelLease> RentAsync(ArtifactRef artifact, IArtifactStore store, SharedPanels? shared, CancellationToken cancellationToken) => RentAsync(
        artifact.Sha256,
        async () => Loaded.Mapped(shared?.TryOpen(artifact.Sha256)) ?? Share(artifact.Sha256, Convert(await store.LoadAsync(artifact, CancellationToken.None)), shared),
        cancellationToken);

    /// <summary>Puts a market that is at hand, and writes the file that other processes map.</summary>
    /// <param name="sha256">Hash of the table that it was made of.</param>
    /// <param name="panel">The market.</param>
    /// <param name="shared">The shared files; null without a data directory.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task OfferAsync(string sha256, MarketPanel panel, SharedPanels? shared, CancellationToken cancellationToken)
    {
        using PanelLease lease = await RentAsync(sha256, () => Task.FromResult(Loaded.Mapped(shared?.TryOpen(sha256)) ?? Share(sha256, panel, shared)), cancellationToken);
    }

    private static Loaded Share(string sha256, MarketPanel panel, SharedPanels? shared)
    {
        shared?.Write(sha256, panel);
        return Loaded.Mapped(shared?.TryOpen(sha256)) ?? new Loaded(panel, null);
    }

    private async Task<PanelLease> RentAsync(string key, Func<Task<Loaded>> load, CancellationToken cancellationToken)
    {
        Entry entry = Hold(key, load);
        try
        {
            Loaded loaded = await entry.Load.WaitAsync(cancellationToken);
            Trim();
            return new PanelLease(loaded.Panel, () => Release(entry));
        }
        catch
        {
            if (entry.Load.IsFaulted || entry.Load.IsCanceled)
            {
                Forget(entry);
            }

            Release(entry);
            throw;
        }
    }

    private static Loaded OpenMarket(PanelReference reference, PanelStore store)
    {
        OpenPanel? open = null;
        try
        {
            open = store.Open(reference.Dataset, reference.Interval, reference.Version);
            return new Loaded(MarketPanelOpener.Open(open.Panel), open);
        }
        catch (PanelException e)
        {
            open?.Dispose();
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }
        catch (ArgumentException e)
        {
            open?.Dispose();
            throw new NodeException("COLUMN_TYPE", e.Message, transient: false, e);
        }
        catch
        {
            open?.Dispose();
            throw;
        }
    }

    private Entry Hold(string key, Func<Task<Loaded>> load)
    {
        lock (_lock)
        {
            if (_byHash.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                _byUse.Remove(node);
                _byUse.AddLast(node);
                node.Value.HoldCount++;
                return node.Value;
            }

            // The load belongs to all who wait for it, so no single caller's token may end it; it holds the entry itself.
            Entry entry = new(key, Task.Run(load, CancellationToken.None)) { HoldCount = 2 };
            _ = entry.Load.ContinueWith(_ => Release(entry), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            _byHash.Add(key, _byUse.AddLast(entry));
            TrimLocked();
            return entry;
        }
    }

    private void Release(Entry entry)
    {
        lock (_lock)
        {
            entry.HoldCount--;
            DisposeUnused(entry);
        }
    }

    private void Trim()
    {
        lock (_lock)
        {
            TrimLocked();
        }
    }

    private void TrimLocked()
    {
        long bytes = _byUse.Sum(entry => entry.Bytes);
        while (_byUse.Count > 1 && (_byUse.Count > panelsMax || bytes > bytesMax))
        {
            bytes -= _byUse.First!.Value.Bytes;
            RemoveLocked(_byUse.First);
        }
    }

    private void Forget(Entry entry)
    {
        lock (_lock)
        {
            if (_byHash.TryGetValue(entry.Key, out LinkedListNode<Entry>? node) && node.Value == entry)
            {
                RemoveLocked(node);
            }
        }
    }

    private void RemoveLocked(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _byHash.Remove(node.Value.Key);
        node.Value.IsOut = true;
        DisposeUnused(node.Value);
    }

    private static void DisposeUnused(Entry entry)
    {
        if (entry.IsOut && entry.HoldCount == 0 && entry.Load.IsCompletedSuccessfully)
        {
            entry.Load.Result.Files?.Dispose();
        }
    }

    // Files: what the columns of the market are mapped from; null when they are the process's own.
    private sealed record Loaded(MarketPanel Panel, IDisposable? Files)
    {
        public static Loaded? Mapped(MappedMarket? market) => market is null ? null : new Loaded(market.Panel, market);
    }

    private sealed class Entry(string key, Task<Loaded> load)
    {
        public string Key { get; } = key;

        public Task<Loaded> Load { get; } = load;

        public int HoldCount { get; set; }

        public bool IsOut { get; set; }

        public long Bytes => Load.IsCompletedSuccessfully ? Load.Result.Panel.EstimatedBytes : 0;
    }
}
