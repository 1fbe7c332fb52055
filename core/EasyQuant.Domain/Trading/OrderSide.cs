namespace EasyQuant.Domain;

/// <summary>Direction of an order.</summary>
public enum OrderSide
{
    /// <summary>Buys shares.</summary>
    Buy = 0,

    /// <summary>Sells shares that are held, or short where the account allows it.</summary>
    Sell = 1,
}
