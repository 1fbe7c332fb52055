using EasyQuant.Engine;
using EasyQuant.MappedFiles;

namespace EasyQuant.Nodes.Trading;

/// <summary>A market whose columns are mapped; not to be used after it is disposed, nor after nobody holds this any more.</summary>
internal sealed class MappedMarket : IDisposable
{
    private readonly IDisposable[] _files;

    private MappedMarket(MarketPanel panel, IDisposable[] files)
    {
        Panel = panel;
        _files = files;
    }

    public MarketPanel Panel { get; }

    /// <summary>Maps 64-bit values and, behind them, 32-bit values of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="start">Bytes before the first value.</param>
    /// <param name="longCount">64-bit values, at least 1.</param>
    /// <param name="intCount">32-bit values; 0 for none.</param>
    /// <param name="make">Makes the market over them.</param>
    public static MappedMarket Open(string path, long start, int longCount, int intCount, Func<ReadOnlyMemory<long>, ReadOnlyMemory<int>, MarketPanel> make)
    {
        var longs = new MappedFile<long>(path, start, longCount);
        MappedFile<int>? ints = null;
        try
        {
            ints = intCount == 0 ? null : new MappedFile<int>(path, start + ((long)longCount * sizeof(long)), intCount);
            return new MappedMarket(make(longs.Memory, ints?.Memory ?? default), ints is null ? [longs] : [longs, ints]);
        }
        catch
        {
            ((IDisposable)longs).Dispose();
            ((IDisposable?)ints)?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (IDisposable file in _files)
        {
            file.Dispose();
        }
    }
}
