using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>What a strategy is told of a fill.</summary>
/// <param name="OrderId">Number of the order, from 1.</param>
/// <param name="Instrument">Index of the instrument.</param>
/// <param name="Account">Index of the account.</param>
/// <param name="Side">Direction.</param>
/// <param name="Price">Price in price units, slippage included.</param>
/// <param name="Quantity">Filled quantity, at least 1.</param>
/// <param name="Fees">All fees and taxes of the fill.</param>
public readonly record struct FillNotice(int OrderId, int Instrument, int Account, OrderSide Side, Price Price, Quantity Quantity, Money Fees);
