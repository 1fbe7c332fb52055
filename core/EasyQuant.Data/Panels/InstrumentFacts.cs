using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>What is known about an instrument beside its bars. Unknown facts are null or empty; nothing is guessed except the board.</summary>
public sealed record InstrumentFacts
{
    /// <summary>Canonical symbol.</summary>
    public required Symbol Symbol { get; init; }

    /// <summary>Display name; empty when unknown.</summary>
    public string Name { get; init; } = "";

    /// <summary>Board; by default what the code range says.</summary>
    public required Board Board { get; init; }

    /// <summary>Shares of a lot; null means the rule book's.</summary>
    public int? LotSize { get; init; }

    /// <summary>Tick in price units of the panel; null means the rule book's.</summary>
    public long? Tick { get; init; }

    /// <summary>First trading date.</summary>
    public DateOnly? ListDate { get; init; }

    /// <summary>Last trading date of a delisted instrument.</summary>
    public DateOnly? DelistDate { get; init; }

    /// <summary>Periods of special treatment (ST, *ST), ascending, not overlapping.</summary>
    public ImmutableArray<DateRange> SpecialTreatment { get; init; } = [];

    /// <summary>Announced suspensions of whole days, ascending, not overlapping: days without a bar that are no gap.</summary>
    public ImmutableArray<DateRange> Suspensions { get; init; } = [];

    /// <summary>Adjustment steps, ascending by ex-date.</summary>
    public ImmutableArray<AdjustmentFactor> Factors { get; init; } = [];

    /// <summary>Corporate actions, ascending by effective date; prices in the scale of shares.</summary>
    public ImmutableArray<CorporateAction> Actions { get; init; } = [];

    /// <summary>ISO 4217 code or name of the coin that prices are in. Default CNY.</summary>
    public string Currency { get; init; } = "CNY";

    /// <summary>Facts of which only the symbol is known.</summary>
    public static InstrumentFacts Of(Symbol symbol) => new() { Symbol = symbol, Board = Instrument.BoardOf(symbol) };
}
