using EasyQuant.Domain;

namespace EasyQuant.Nodes.Trading;

/// <summary>What <see cref="OrderPlanner"/> keeps to. Amounts in money units (0.0001), rates in millionths.</summary>
internal sealed record OrderTerms
{
    public required long Cash { get; init; }

    /// <summary>Null = cash and positions.</summary>
    public long? Equity { get; init; }

    public long BufferPpm { get; init; }

    public long CostPpm { get; init; }

    public long LeastCost { get; init; }

    public long MinimumValue { get; init; }

    public int OrdersMax { get; init; } = 1000;

    public bool CloseOthers { get; init; }

    public OrderPriceKind Price { get; init; }

    public int OffsetBps { get; init; }

    public int OffsetTicks { get; init; }

    public required DateOnly Date { get; init; }

    public required RuleBook Rules { get; init; }

    public long OtherLot { get; init; } = 1;

    /// <summary>The lot that binds the symbol on the date.</summary>
    public LotRule Lot(Symbol symbol) => Rules.Lot(Instrument.BoardOf(symbol), Date)
        ?? new LotRule("order.other-lot", [], Date, "parameter otherLot", RuleConfidence.High, OtherLot, OtherLot);

    /// <summary>The tick in price units; 1 without a rule.</summary>
    public long Tick(Symbol symbol) => Rules.Tick(Instrument.BoardOf(symbol), Date)?.Tick.Units ?? 1;
}
