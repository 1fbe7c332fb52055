using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>An order while the run lasts.</summary>
internal struct OrderEntry
{
    public int Instrument;
    public int SubmitDay;
    public long Quantity;
    public long FilledQuantity;
    public string? BoundBy;
    public OrderSide Side;
    public OrderState State;
}
