using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>An order while the run lasts. Small, because a run of many orders is bound by their memory.</summary>
internal struct OrderEntry
{
    public int Instrument;
    public int Account;

    /// <summary>Last bar that was known at submission; the order may fill at later bars only.</summary>
    public int SubmitBar;

    /// <summary>Position of the tick during which the order was given, from 1; it may fill at ticks of a later time only. 0 when it was given elsewhere.</summary>
    public int SubmitTick;

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

    /// <summary>Number of the sums from which the fees of further fills follow, from 1; 0 before the order has filled in part.</summary>
    public int FeeSums;
    public string? BoundBy;
    private byte _side;
    private byte _type;
    private byte _timeInForce;
    private byte _state;

    /// <summary>True once the stop of a stop-limit order was reached.</summary>
    public bool IsTriggered;
    public bool IsForced;

    public OrderSide Side
    {
        readonly get => (OrderSide)_side;
        set => _side = (byte)value;
    }

    public OrderType Type
    {
        readonly get => (OrderType)_type;
        set => _type = (byte)value;
    }

    public TimeInForce TimeInForce
    {
        readonly get => (TimeInForce)_timeInForce;
        set => _timeInForce = (byte)value;
    }

    public OrderState State
    {
        readonly get => (OrderState)_state;
        set => _state = (byte)value;
    }
}
