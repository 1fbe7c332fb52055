namespace EasyQuant.Engine;

/// <summary>Marks the closes of a time and knows which instruments have a bar at it. Times come in ascending order, each once. One thread.</summary>
internal sealed unsafe class FastRows
{
    private readonly FastMarket _market;
    private readonly Ledger _ledger;
    private readonly int[] _rows;
    private readonly int[] _next;

    public FastRows(TradingCore core, FastMarket market)
    {
        _market = market;
        _ledger = core.Ledger;
        _rows = new int[market.Columns.Length];
        _next = new int[market.Columns.Length];
        for (int i = 0; i < _next.Length; i++)
        {
            _next[i] = core.FirstRow(i);
        }
    }

    /// <summary>Row of an instrument's bar at the time marked last, or -1.</summary>
    public int RowOf(int instrument, int bar) => _market.IsFull ? bar : _rows[instrument];

    /// <summary>Makes the closes of a time the last prices.</summary>
    public void MarkCloses(int bar)
    {
        Span<long> prices = _ledger.PricesToSet();
        ReadOnlySpan<nint> closes = _market.Closes;
        if (_market.IsFull)
        {
            for (int i = 0; i < closes.Length && i < prices.Length; i++)
            {
                prices[i] = ((long*)closes[i])[bar];
            }

            return;
        }

        for (int i = 0; i < closes.Length; i++)
        {
            int row = Advance(i, bar);
            _rows[i] = row;
            if (row >= 0)
            {
                prices[i] = ((long*)closes[i])[row];
            }
        }
    }

    private int Advance(int instrument, int bar)
    {
        ref readonly FastColumns columns = ref _market.Columns[instrument];
        if (columns.Slots is null)
        {
            return bar < columns.Count ? bar : -1;
        }

        int next = _next[instrument];
        if (next == columns.Count || columns.Slots[next] != bar)
        {
            return -1;
        }

        _next[instrument] = next + 1;
        return next;
    }
}
