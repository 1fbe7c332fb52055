using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>What an engine hands back: facts only, no statistics.</summary>
/// <param name="Equity">One point a trading day of the period, ascending, over all accounts in the base currency.</param>
/// <param name="Orders">All orders by number.</param>
/// <param name="Fills">All fills in order of execution.</param>
/// <param name="Positions">Positions at the end, by account and symbol.</param>
public sealed record EngineRun(
    ImmutableArray<EquityPoint> Equity,
    ImmutableArray<Order> Orders,
    ImmutableArray<Fill> Fills,
    ImmutableArray<Position> Positions)
{
    /// <summary>Equity before the first day, over all accounts, in the base currency.</summary>
    public Money InitialEquity { get; init; }

    /// <summary>Changes of cash and shares that are not fills, in order of booking.</summary>
    public ImmutableArray<Posting> Postings { get; init; } = [];

    /// <summary>The accounts, in the order of the settings.</summary>
    public ImmutableArray<AccountRun> Accounts { get; init; } = [];

    /// <summary>Margin calls, ascending.</summary>
    public ImmutableArray<MarginCall> MarginCalls { get; init; } = [];

    /// <summary>
    /// Readings of the rules that flatter a result, or differ from the defaults in how orders fill, in a fixed order: for example <c>fill_rule.same_close</c>
    /// or <c>limit_fill.touch</c>; and bars that stood for an auction without being its row: <c>auction.first_bar</c>, <c>auction.last_bar</c>. Empty when all are the defaults.
    /// </summary>
    public ImmutableArray<string> Assumptions { get; init; } = [];

    /// <summary>Levels of the benchmark at the close of each day of <see cref="Equity"/>, where 1 is the close before the first day (the first close when there is none before); empty without a benchmark.</summary>
    public ImmutableArray<double> Benchmark { get; init; } = [];
}
