using EasyQuant.Data;
using EasyQuant.Engine;
using EasyQuant.Flow;
using EasyQuant.Nodes.Hosting;

namespace EasyQuant.Nodes.Trading;

/// <summary>
/// Loaded panels by the hash of their artifact, least recently used first out. Bounded by count and bytes; the newest panel stays even
/// when it alone exceeds the bytes. Callers that ask for the same panel share one load. Thread-safe.
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

    /// <summary>
    /// Returns the market of a panel on disk, opened once. Its columns stay mapped until the process ends: a run may still use them when the cache has let
    /// the market go, and mapped pages cost address space only.
    /// </summary>
    /// <exception cref="NodeException">The reasons of <see cref="PanelException"/>, or <c>COLUMN_TYPE</c>: the panel does not fit the engine.</exception>
    public async Task<MarketPanel> GetAsync(PanelReference reference, PanelStore store, CancellationToken cancellationToken)
    {
        string key = store.KeyOf(reference.Dataset, reference.Interval, reference.Version);
        Task<MarketPanel> load = GetOrAdd(key, () => Task.Run(() => OpenMarket(reference, store), CancellationToken.None));
        try
        {
            return await load.WaitAsync(cancellationToken);
        }
        catch when (load.IsFaulted || load.IsCanceled)
        {
            Forget(key, load);
            throw;
        }
    }

    /// <summary>Puts a panel that is at hand.</summary>
    public void Offer(string sha256, MarketPanel panel) => GetOrAdd(sha256, () => Task.FromResult(panel));

    /// <summary>Returns the panel, loading it when needed. A failed load is forgotten, so that the next caller tries again.</summary>
    public async Task<MarketPanel> GetAsync(ArtifactRef artifact, IArtifactStore store, CancellationToken cancellationToken)
    {
        // The load belongs to all who wait for it, so no single caller's token may end it.
        Task<MarketPanel> load = GetOrAdd(
            artifact.Sha256, () => Task.Run(async () => Convert(await store.LoadAsync(artifact, CancellationToken.None)), CancellationToken.None));
        try
        {
            MarketPanel panel = await load.WaitAsync(cancellationToken);
            Trim();
            return panel;
        }
        catch when (load.IsFaulted || load.IsCanceled)
        {
            Forget(artifact.Sha256, load);
            throw;
        }
    }

    private static MarketPanel OpenMarket(PanelReference reference, PanelStore store)
    {
        try
        {
            return MarketPanelOpener.Open(store.Open(reference.Dataset, reference.Interval, reference.Version).Panel);
        }
        catch (PanelException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }
        catch (ArgumentException e)
        {
            throw new NodeException("COLUMN_TYPE", e.Message, transient: false, e);
        }
    }

    private Task<MarketPanel> GetOrAdd(string sha256, Func<Task<MarketPanel>> load)
    {
        lock (_lock)
        {
            if (_byHash.TryGetValue(sha256, out LinkedListNode<Entry>? node))
            {
                _byUse.Remove(node);
                _byUse.AddLast(node);
                return node.Value.Load;
            }

            Entry entry = new(sha256, load());
            _byHash.Add(sha256, _byUse.AddLast(entry));
            TrimLocked();
            return entry.Load;
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
            Entry oldest = _byUse.First!.Value;
            bytes -= oldest.Bytes;
            _byUse.RemoveFirst();
            _byHash.Remove(oldest.Sha256);
        }
    }

    private void Forget(string sha256, Task<MarketPanel> load)
    {
        lock (_lock)
        {
            if (_byHash.TryGetValue(sha256, out LinkedListNode<Entry>? node) && node.Value.Load == load)
            {
                _byUse.Remove(node);
                _byHash.Remove(sha256);
            }
        }
    }

    private sealed record Entry(string Sha256, Task<MarketPanel> Load)
    {
        public long Bytes => Load.IsCompletedSuccessfully ? Load.Result.EstimatedBytes : 0;
    }
}
