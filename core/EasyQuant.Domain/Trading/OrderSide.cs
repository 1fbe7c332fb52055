namespace EasyQuant.Domain;

/// <summary>Direction of an order.</summary>
public enum OrderSide
{
    /// <summary>Buys shares.</summary>
    Buy = 0,

    /// <summary>Sells shares that are held.</summary>
    Sell = 1,
}
