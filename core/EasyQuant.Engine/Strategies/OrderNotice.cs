using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Where an order stands.</summary>
/// <param name="OrderId">Number of the order, from 1.</param>
/// <param name="Instrument">Index of the instrument.</param>
/// <param name="Account">Index of the account.</param>
/// <param name="State">The state.</param>
/// <param name="Quantity">Quantity asked for.</param>
/// <param name="FilledQuantity">Quantity filled so far.</param>
/// <param name="BoundBy">What clipped, rejected or ended the order; null when nothing did. See <see cref="Order"/>.</param>
public readonly record struct OrderNotice(
    int OrderId, int Instrument, int Account, OrderState State, Quantity Quantity, Quantity FilledQuantity, string? BoundBy);
