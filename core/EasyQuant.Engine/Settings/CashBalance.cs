using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>An amount of cash in a currency.</summary>
/// <param name="Currency">ISO 4217 code, or the name of a coin.</param>
/// <param name="Amount">The amount in units of 0.0001 of the currency.</param>
public readonly record struct CashBalance(string Currency, Money Amount);
