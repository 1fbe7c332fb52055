using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>Parameters of <see cref="OrderDecisionNode"/>. Amounts and rates are decimal text or an expression that gives one.</summary>
public sealed record OrderDecisionParameters
{
    /// <summary>Free cash, at least 0, at most 4 decimal places; expressions allowed.</summary>
    [Title("Cash", "可用资金")]
    [Hint("Cash that buys may take, for example 1000000 or ${inputs.cash}.", "可用于买入的资金，例如 1000000 或 ${inputs.cash}。")]
    public required JsonTemplate Cash { get; init; }

    /// <summary>Equity that weights are shares of; null (default) = the cash and all positions at their price.</summary>
    [Title("Equity", "权益")]
    [Hint("What weights are fractions of; empty adds up cash and positions.", "权重的基数；留空为资金与持仓市值之和。")]
    public JsonTemplate? Equity { get; init; }

    /// <summary>Fraction of the equity that is not invested, 0 to 1, at most 6 decimal places. Default 0.</summary>
    [Title("Cash buffer", "现金留存")]
    [Hint("Fraction of the equity that stays cash; weights share the rest.", "保留为现金的权益比例；权重分配其余部分。")]
    [TextLength(1, 30)]
    public string CashBuffer { get; init; } = "0";

    /// <summary>Costs of a buy as a fraction of its value, set aside from the cash: 0 to 1, at most 6 decimal places. Default 0.001.</summary>
    [Title("Cost rate", "费用率")]
    [Hint("Fraction of a buy's value that is set aside for costs.", "为买入费用预留的成交额比例。")]
    [TextLength(1, 30)]
    public string CostRate { get; init; } = "0.001";

    /// <summary>Least costs of one buy, at least 0. Default 0.</summary>
    [Title("Least cost", "最低费用")]
    [TextLength(1, 30)]
    public string LeastCost { get; init; } = "0";

    /// <summary>Orders of a smaller value are left out, unless they sell a whole position. At least 0, default 0.</summary>
    [Title("Least value", "最小金额")]
    [Hint("Smaller orders are left out, unless they close a position.", "低于此金额的订单不发出，清仓除外。")]
    [TextLength(1, 30)]
    public string MinimumValue { get; init; } = "0";

    /// <summary>Most orders, sells first. Default 1,000.</summary>
    [Title("Most orders", "最多订单数")]
    [Bounds(1, 10_000)]
    public int OrdersMax { get; init; } = 1000;

    /// <summary>Whether positions without a target are sold. Default false: they are left alone.</summary>
    [Title("Close others", "清仓其他")]
    [Hint("Sells positions that have no target.", "卖出没有目标的持仓。")]
    public bool CloseOthers { get; init; }

    /// <summary>Market orders (default) or limit orders.</summary>
    [Title("Price", "价格类型")]
    public OrderPriceKind Price { get; init; }

    /// <summary>How far a limit may be worse than the reference price, in basis points of it. Default 0.</summary>
    [Title("Limit offset (bps)", "限价偏移（基点）")]
    [Hint("Buys may pay this much more, sells get this much less.", "买入最多高出、卖出最多低出此幅度。")]
    [Bounds(0, 5000)]
    public int LimitOffsetBps { get; init; }

    /// <summary>The same in ticks; added to the basis points. Default 0.</summary>
    [Title("Limit offset (ticks)", "限价偏移（最小变动价位）")]
    [Bounds(0, 10_000)]
    public int LimitOffsetTicks { get; init; }

    /// <summary>Trading date whose rules bind, yyyy-MM-dd, expressions allowed; null (default) = the UTC date of the run.</summary>
    [Title("Date", "日期")]
    [Hint("yyyy-MM-dd; empty takes the date of the run.", "yyyy-MM-dd；留空取运行日期。")]
    public JsonTemplate? Date { get; init; }

    /// <summary>Rule book as JSON, see <see cref="EasyQuant.Domain.RuleBookJson"/>. Null (default) for the shipped one.</summary>
    [Title("Rule book", "规则库")]
    [Hint("Another rule book as JSON, for example ${inputs.rules}; empty takes the shipped one.", "其他规则库 JSON，例如 ${inputs.rules}；留空用内置规则库。")]
    public JsonTemplate? RuleBook { get; init; }

    /// <summary>Lot of instruments that no row of the rule book is for. Default 1.</summary>
    [Title("Other lot", "其他每手数量")]
    [Hint("Lot of instruments without a rule.", "规则库未涵盖的证券的每手数量。")]
    [Bounds(1, 1_000_000)]
    public long OtherLot { get; init; } = 1;
}
