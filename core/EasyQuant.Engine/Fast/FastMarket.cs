using System.Buffers;

namespace EasyQuant.Engine;

/// <summary>
/// The columns of a panel by address, so that a run reads a bar with one load a field, from arrays and mapped files alike. Keeps the columns in place
/// until it is disposed; copies nothing. Not thread-safe; every run has its own.
/// </summary>
internal sealed unsafe class FastMarket : IDisposable
{
    private readonly FastColumns[] _columns;
    private readonly nint[] _closes;
    private readonly MemoryHandle[] _handles;
    private int _handleCount;

    public FastMarket(MarketPanel panel)
    {
        _columns = new FastColumns[panel.Series.Length];
        _closes = new nint[panel.Series.Length];
        _handles = new MemoryHandle[panel.Series.Length * 8];
        for (int i = 0; i < _columns.Length; i++)
        {
            InstrumentBars series = panel.Series[i];
            ref FastColumns columns = ref _columns[i];
            columns.Open = Pin(series.Open);
            columns.High = Pin(series.High);
            columns.Low = Pin(series.Low);
            columns.Close = Pin(series.Close);
            _closes[i] = (nint)columns.Close;
            columns.Volume = Pin(series.Volume);
            columns.Amount = series.Amount.IsEmpty ? null : Pin(series.Amount);
            columns.PreviousClose = Pin(panel.PreviousClosesOf(i));
            columns.Slots = series.IsFull ? null : (int*)Hold(series.Slots.Pin());
            columns.Count = series.Count;
            IsFull &= series.IsFull && series.Count == panel.Axis.Count;
        }
    }

    /// <summary>True when every instrument has a bar at every time, so that row is time.</summary>
    public bool IsFull { get; } = true;

    /// <summary>One element an instrument.</summary>
    public ReadOnlySpan<FastColumns> Columns => _columns;

    /// <summary>Addresses of the closes alone, close together because every bar reads all of them.</summary>
    public ReadOnlySpan<nint> Closes => _closes;

    /// <inheritdoc />
    public void Dispose()
    {
        for (int i = 0; i < _handleCount; i++)
        {
            _handles[i].Dispose();
        }

        _handleCount = 0;
    }

    private long* Pin(ReadOnlyMemory<long> column) => (long*)Hold(column.Pin());

    private void* Hold(MemoryHandle handle)
    {
        _handles[_handleCount++] = handle;
        return handle.Pointer;
    }
}
