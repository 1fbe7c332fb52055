using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>All orders of a run in order of submission, and which of them rest. Amortised without allocation per order.</summary>
internal sealed class OrderBook(int instrumentCount, int orderCountMax)
{
    private readonly EntryList<OrderEntry> _orders = new();
    private readonly int[] _restingByInstrument = new int[instrumentCount];
    private int[] _open = new int[16];

    /// <summary>Number of entries of <see cref="OpenAt"/>; some of them may have ended since.</summary>
    public int OpenCount { get; private set; }

    public int Count => _orders.Count;

    /// <summary>Orders in order of ending, for the strategy's notices; empty unless <see cref="TracksEnds"/>.</summary>
    public List<int> Ended { get; } = [];

    /// <summary>True to remember the order of endings.</summary>
    public bool TracksEnds { get; set; }

    /// <summary>Earliest <see cref="OrderEntry.ExpireDay"/> of the orders that may rest.</summary>
    public int NextExpireDay { get; private set; } = int.MaxValue;

    public ref OrderEntry this[int index] => ref _orders[index];

    public bool HasResting(int instrument) => _restingByInstrument[instrument] > 0;

    /// <summary>Index of an order that rests or has ended since the last <see cref="Keep"/>, ascending.</summary>
    public int OpenAt(int position) => _open[position];

    /// <summary>Adds a resting order and returns its index.</summary>
    /// <exception cref="BacktestException">ORDER_LIMIT_EXCEEDED.</exception>
    public int Submit(in OrderEntry order)
    {
        SubmitBlank(order.Instrument) = order;
        NextExpireDay = Math.Min(NextExpireDay, order.ExpireDay);
        return _orders.Count - 1;
    }

    /// <summary>Adds a resting market order without quantity, good till cancelled, for the caller to complete.</summary>
    /// <exception cref="BacktestException">ORDER_LIMIT_EXCEEDED.</exception>
    public ref OrderEntry SubmitBlank(int instrument)
    {
        ref OrderEntry entry = ref AddBlank();
        entry.Instrument = instrument;
        entry.ExpireDay = int.MaxValue;
        entry.Pair = -1;
        if (OpenCount == _open.Length)
        {
            Array.Resize(ref _open, OpenCount * 2);
        }

        _open[OpenCount++] = _orders.Count - 1;
        _restingByInstrument[instrument]++;
        return ref entry;
    }

    /// <summary>Adds an order that was refused at the door and returns its index.</summary>
    public int SubmitRejected(in OrderEntry order, string boundBy)
    {
        ref OrderEntry entry = ref AddBlank();
        int index = _orders.Count - 1;
        entry = order;
        entry.State = OrderState.Rejected;
        entry.BoundBy = boundBy;
        Note(index);
        return index;
    }

    /// <summary>Ends a resting order; the list of open ones forgets it at the next <see cref="Keep"/>.</summary>
    public void End(int index, OrderState state, string? boundBy)
    {
        ref OrderEntry order = ref _orders[index];
        order.State = state;
        order.BoundBy = boundBy;
        _restingByInstrument[order.Instrument]--;
        Note(index);
    }

    /// <summary>Drops ended orders from the list of open ones.</summary>
    public void Keep()
    {
        int kept = 0;
        int nextExpireDay = int.MaxValue;
        for (int i = 0; i < OpenCount; i++)
        {
            ref OrderEntry order = ref _orders[_open[i]];
            if (order.State == OrderState.Resting)
            {
                _open[kept++] = _open[i];
                nextExpireDay = Math.Min(nextExpireDay, order.ExpireDay);
            }
        }

        OpenCount = kept;
        NextExpireDay = nextExpireDay;
    }

    /// <summary>Ends all orders whose last day is <paramref name="day"/> or earlier.</summary>
    public void Expire(int day)
    {
        if (day < NextExpireDay)
        {
            return;
        }

        for (int i = 0; i < OpenCount; i++)
        {
            ref OrderEntry order = ref _orders[_open[i]];
            if (order.State == OrderState.Resting && order.ExpireDay <= day)
            {
                End(_open[i], OrderState.Expired, BoundReasons.TimeInForce);
            }
        }

        Keep();
    }

    /// <summary>Ends all resting orders at the end of the data.</summary>
    public void ExpireAll()
    {
        for (int i = 0; i < OpenCount; i++)
        {
            if (_orders[_open[i]].State == OrderState.Resting)
            {
                End(_open[i], OrderState.Expired, BoundReasons.DataEnd);
            }
        }

        Keep();
    }

    /// <summary>Gives the memory of the orders back; the book is not to be used again.</summary>
    public void Release() => _orders.Release();

    private ref OrderEntry AddBlank()
    {
        if (_orders.Count == orderCountMax)
        {
            throw new BacktestException("ORDER_LIMIT_EXCEEDED", $"A run may give at most {orderCountMax} orders; the strategy gave one more.");
        }

        return ref _orders.Add();
    }

    private void Note(int index)
    {
        if (TracksEnds)
        {
            Ended.Add(index);
        }
    }
}
