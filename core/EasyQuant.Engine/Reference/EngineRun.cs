using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>What an engine hands back: facts only, no statistics.</summary>
/// <param name="Equity">One point a trading day of the period, ascending.</param>
/// <param name="Orders">All orders by number.</param>
/// <param name="Fills">All fills in order of execution.</param>
/// <param name="Positions">Positions at the end, by symbol.</param>
public sealed record EngineRun(
    ImmutableArray<EquityPoint> Equity,
    ImmutableArray<Order> Orders,
    ImmutableArray<Fill> Fills,
    ImmutableArray<Position> Positions);
