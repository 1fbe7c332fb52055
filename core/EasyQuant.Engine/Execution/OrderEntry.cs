using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>An order while the run lasts.</summary>
internal struct OrderEntry
{
    public int Instrument;
    public int Account;

    /// <summary>Last bar that was known at submission; the order may fill at later bars only.</summary>
    public int SubmitBar;

    /// <summary>Last day in force, included.</summary>
    public int ExpireDay;

    /// <summary>Index of the other order of the pair; -1 without one.</summary>
    public int Pair;
    public long Quantity;
    public long FilledQuantity;
    public long LimitPrice;
    public long StopPrice;

    /// <summary>Distance of a trailing stop in price units; 0 when <see cref="TrailPpm"/> counts.</summary>
    public long TrailAmount;
    public long TrailPpm;

    /// <summary>Best price since submission that a trailing stop follows; 0 before the first one.</summary>
    public long Watermark;

    /// <summary>Sums of value x rate over the fills, from which the order's fees follow without rounding twice.</summary>
    public Int128 CommissionSum;
    public Int128 StampSum;
    public Int128 TransferSum;
    public string? BoundBy;
    public OrderSide Side;
    public OrderType Type;
    public TimeInForce TimeInForce;
    public OrderState State;

    /// <summary>True once the stop of a stop-limit order was reached.</summary>
    public bool IsTriggered;
    public bool IsForced;
}
