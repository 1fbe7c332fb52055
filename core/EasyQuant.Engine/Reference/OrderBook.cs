using System.Runtime.InteropServices;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>All orders of a run in order of submission, and which of them rest.</summary>
internal sealed class OrderBook(int instrumentCount)
{
    /// <summary>Bound on the orders of one run.</summary>
    public const int OrdersMax = 20_000_000;

    private readonly List<OrderEntry> _orders = [];
    private readonly int[] _restingByInstrument = new int[instrumentCount];

    /// <summary>Indices of resting orders, ascending.</summary>
    public List<int> Resting { get; } = [];

    public int Count => _orders.Count;

    public ref OrderEntry this[int index] => ref CollectionsMarshal.AsSpan(_orders)[index];

    public bool HasResting(int instrument) => _restingByInstrument[instrument] > 0;

    public int Submit(int instrument, OrderSide side, long quantity, int day)
    {
        if (_orders.Count == OrdersMax)
        {
            throw new InvalidOperationException($"A run may give at most {OrdersMax} orders.");
        }

        _orders.Add(new OrderEntry { Instrument = instrument, Side = side, Quantity = quantity, SubmitDay = day });
        Resting.Add(_orders.Count - 1);
        _restingByInstrument[instrument]++;
        return _orders.Count;
    }

    /// <summary>Ends an order; the caller removes it from <see cref="Resting"/>.</summary>
    public void End(int index, OrderState state, long filledQuantity, string? boundBy)
    {
        ref OrderEntry order = ref this[index];
        order.State = state;
        order.FilledQuantity = filledQuantity;
        order.BoundBy = boundBy;
        _restingByInstrument[order.Instrument]--;
    }

    public void ExpireResting()
    {
        foreach (int index in Resting)
        {
            End(index, OrderState.Expired, 0, "data.end");
        }

        Resting.Clear();
    }
}
