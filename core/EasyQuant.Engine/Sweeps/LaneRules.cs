namespace EasyQuant.Engine;

/// <summary>What the bars of one instrument do to orders of the lanes' fixed quantity. Used by one thread at a time.</summary>
internal sealed class LaneRules
{
    private LaneBarState[] _buy = [];
    private LaneBarState[] _sell = [];
    private int[] _nextTradable = [];

    /// <summary>Number of bars.</summary>
    public int Count { get; private set; }

    /// <summary>States of buys, one a bar.</summary>
    public Span<LaneBarState> Buy => _buy.AsSpan(0, Count);

    /// <summary>States of sales, one a bar.</summary>
    public Span<LaneBarState> Sell => _sell.AsSpan(0, Count);

    /// <summary>First tradable bar at or after each bar; <see cref="Count"/> when there is none. One element more than bars.</summary>
    public Span<int> NextTradable => _nextTradable.AsSpan(0, Count + 1);

    public void Reset(int count)
    {
        if (_buy.Length < count || _nextTradable.Length < count + 1)
        {
            _buy = new LaneBarState[count];
            _sell = new LaneBarState[count];
            _nextTradable = new int[count + 1];
        }

        Count = count;
        Buy.Clear();
        Sell.Clear();
        NextTradable[count] = count;
    }
}
