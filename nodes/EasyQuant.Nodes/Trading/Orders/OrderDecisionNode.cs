using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>Turns target weights or quantities into orders: whole lots, no short sale, never more than the cash. See docs/orders.md.</summary>
public sealed class OrderDecisionNode : INodeHandler
{
    private const int TargetsPort = 0;
    private const int PricesPort = 1;
    private const int PositionsPort = 2;
    private const int LeftMax = 1000;
    private const int WeightScale = 9;
    private const int RateScale = 6;
    private const long AmountMax = long.MaxValue / 4;

    private static readonly ColumnSchema[] s_schema =
    [
        new("client_order_id", ColumnType.String), new("symbol", ColumnType.String), new("side", ColumnType.String), new("quantity", ColumnType.Int64),
        new("order_type", ColumnType.String), new("limit_price", ColumnType.Decimal, Price.ShareScale), new("reference_price", ColumnType.Decimal, Price.ShareScale),
        new("value", ColumnType.Decimal, Money.Scale), new("reason", ColumnType.String),
    ];

    private readonly OrderDecisionParameters _parameters;

    private OrderDecisionNode(OrderDecisionParameters parameters)
    {
        _parameters = parameters;
        foreach ((string name, string text) in new[] { ("cashBuffer", parameters.CashBuffer), ("costRate", parameters.CostRate) })
        {
            Number(name, text, RateScale, 1_000_000);
        }

        Number("leastCost", parameters.LeastCost, Money.Scale, AmountMax);
        Number("minimumValue", parameters.MinimumValue, Money.Scale, AmountMax);
    }

    /// <summary>Adds the node type <c>OrderDecision</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<OrderDecisionParameters>(
        new NodeDefinitionTemplate
        {
            Type = "OrderDecision",
            Title = new LocalizedText("Order decision", "下单决策"),
            Category = "trading",
            Icon = "scale",
            Description = new LocalizedText(
                "Turns target weights or quantities into orders in whole lots, sells first, buys within the cash.", "将目标权重或数量转为整手订单：先卖后买，买入不超过可用资金。"),
            Inputs =
            [
                new PortDefinition("targets", PortType.Table, new LocalizedText("Targets", "目标")),
                new PortDefinition("prices", PortType.Table, new LocalizedText("Prices", "价格")),
                new PortDefinition("positions", PortType.Table, new LocalizedText("Positions", "持仓"), Required: false),
            ],
            Outputs =
            [
                new PortDefinition("orders", PortType.Table, new LocalizedText("Orders", "订单")),
                new PortDefinition("summary", PortType.Json, new LocalizedText("Summary", "摘要")),
            ],
        },
        parameters => new OrderDecisionNode(parameters));

    /// <summary>Decides. The same run, step and inputs give the same orders with the same ids.</summary>
    /// <exception cref="NodeException">
    /// <c>TABLE_SCHEMA</c>, <c>ORDER_SYMBOL_INVALID</c>, <c>ORDER_ROW_DUPLICATE</c>, <c>ORDER_VALUE_INVALID</c>, <c>ORDER_PRICE_MISSING</c>: the message names
    /// port, row and column; <c>PARAMETER_OUT_OF_RANGE</c>, <c>RULE_BOOK_INVALID</c>, <c>MISSING_INPUT</c>.
    /// </exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        Table targets = execution.InputTable(TargetsPort);
        bool areWeights = AreWeights(targets);
        OrderTerms terms = Terms(execution);
        List<(Symbol, long)> wishes = Targets(targets, areWeights);
        List<KeyValuePair<Symbol, HeldPosition>> positions = execution.HasInput(PositionsPort) ? Positions(execution.InputTable(PositionsPort)) : [];
        OrderPlan plan = new OrderPlanner(terms, Prices(execution.InputTable(PricesPort))).Plan(wishes, areWeights, positions);
        execution.SetOutput(0, OrdersTable(plan.Orders, execution.EffectKey));
        execution.SetOutput(1, Summary(plan));
        execution.Report(new StepMetrics(targets.RowCount, plan.Orders.Count));
        return ValueTask.CompletedTask;
    }

    private static bool AreWeights(Table targets) => (targets.TryGetColumn("weight", out _), targets.TryGetColumn("quantity", out _)) switch
    {
        (true, false) => true,
        (false, true) => false,
        _ => throw new NodeException(
            "TABLE_SCHEMA", $"targets: exactly one of the columns `weight` and `quantity` is needed; the table has: {string.Join(", ", targets.Columns.Select(c => c.Name))}."),
    };

    private static List<(Symbol, long)> Targets(Table table, bool areWeights)
    {
        Symbol[] symbols = OrderColumns.Symbols(table, "targets");
        Column column = table[areWeights ? "weight" : "quantity"];
        List<(Symbol, long)> targets = [];
        Int128 sum = 0;
        for (int row = 0; row < symbols.Length; row++)
        {
            long target = areWeights
                ? OrderColumns.Units(column, "targets", row, WeightScale, 0, OrderPlanner.WeightOne)
                : OrderColumns.Units(column, "targets", row, 0, 0, AmountMax);
            targets.Add((symbols[row], target));
            sum += target;
        }

        return !areWeights || sum <= OrderPlanner.WeightOne
            ? targets
            : throw new NodeException("ORDER_VALUE_INVALID", $"targets: the weights add up to {ScaledDecimal.FormatShort((long)sum, WeightScale)}, expected at most 1.");
    }

    private static Dictionary<Symbol, long> Prices(Table table)
    {
        Symbol[] symbols = OrderColumns.Symbols(table, "prices");
        Column column = OrderColumns.Require(table, "prices", "price");
        var prices = new Dictionary<Symbol, long>(symbols.Length);
        for (int row = 0; row < symbols.Length; row++)
        {
            prices.Add(symbols[row], OrderColumns.Units(column, "prices", row, Price.ShareScale, 1, 1_000_000_000_000_000));
        }

        return prices;
    }

    private static List<KeyValuePair<Symbol, HeldPosition>> Positions(Table table)
    {
        Symbol[] symbols = OrderColumns.Symbols(table, "positions");
        Column quantities = OrderColumns.Require(table, "positions", "quantity");
        table.TryGetColumn("sellable_quantity", out Column? sellables);
        List<KeyValuePair<Symbol, HeldPosition>> positions = [];
        for (int row = 0; row < symbols.Length; row++)
        {
            long quantity = OrderColumns.Units(quantities, "positions", row, 0, 0, AmountMax);
            long sellable = sellables is null ? quantity : OrderColumns.Units(sellables, "positions", row, 0, 0, quantity);
            positions.Add(new(symbols[row], new HeldPosition(quantity, sellable)));
        }

        return positions;
    }

    private static Table OrdersTable(IReadOnlyList<PlannedOrder> orders, string effectKey)
    {
        var builder = new TableBuilder(s_schema);
        for (int row = 0; row < orders.Count; row++)
        {
            PlannedOrder order = orders[row];
            string side = order.Side == OrderSide.Buy ? "buy" : "sell";
            builder.AppendRow(
                Id(effectKey, row, order.Symbol, side),
                order.Symbol.ToString(),
                side,
                order.Quantity,
                order.Limit is null ? "market" : "limit",
                order.Limit is { } limit ? DecimalUnits.ToDecimal(limit, Price.ShareScale) : null,
                DecimalUnits.ToDecimal(order.Price, Price.ShareScale),
                DecimalUnits.ToDecimal(Fitting(order.Value), Money.Scale),
                order.Reason);
        }

        return builder.Build();
    }

    private static string Id(string effectKey, int row, Symbol symbol, string side) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{effectKey}\n{row}\n{symbol}\n{side}"))).AsSpan(0, 16));

    private static JsonObject Summary(OrderPlan plan) => new()
    {
        ["orders"] = plan.Orders.Count,
        ["sells"] = plan.Orders.Count(o => o.Side == OrderSide.Sell),
        ["buys"] = plan.Orders.Count(o => o.Side == OrderSide.Buy),
        ["sell_value"] = Amount(plan.Orders.Where(o => o.Side == OrderSide.Sell)),
        ["buy_value"] = Amount(plan.Orders.Where(o => o.Side == OrderSide.Buy)),
        ["cash_left"] = new Money(plan.CashLeft).ToString(),
        ["left_out"] = plan.Left.Count,
        ["left"] = new JsonArray([.. plan.Left.Take(LeftMax).Select(l => new JsonObject { ["symbol"] = l.Symbol.ToString(), ["reason"] = l.Reason })]),
    };

    private static string Amount(IEnumerable<PlannedOrder> orders) =>
        new Money(Fitting(orders.Aggregate(Int128.Zero, (sum, order) => sum + order.Value))).ToString();

    private static long Fitting(Int128 value) => value <= long.MaxValue
        ? (long)value
        : throw new NodeException("ORDER_VALUE_INVALID", "The value of the orders is larger than 922 trillion.");

    private static long Number(string name, string text, int scale, long most) => ScaledDecimal.TryParse(text, scale, out long units) && units >= 0 && units <= most
        ? units
        : throw new NodeException(
            "PARAMETER_OUT_OF_RANGE", $"{name} must be a number from 0 to {ScaledDecimal.FormatShort(most, scale)} with at most {scale} decimal places, was \"{text}\".");

    private static string Text(NodeExecution execution, JsonTemplate template) =>
        execution.Evaluate(template) is JsonValue value ? value.TryGetValue(out string? text) ? text : value.ToJsonString() : "";

    private OrderTerms Terms(NodeExecution execution) => new()
    {
        Cash = Number("cash", Text(execution, _parameters.Cash), Money.Scale, AmountMax),
        Equity = _parameters.Equity is { } equity ? Number("equity", Text(execution, equity), Money.Scale, AmountMax) : null,
        BufferPpm = Number("cashBuffer", _parameters.CashBuffer, RateScale, 1_000_000),
        CostPpm = Number("costRate", _parameters.CostRate, RateScale, 1_000_000),
        LeastCost = Number("leastCost", _parameters.LeastCost, Money.Scale, AmountMax),
        MinimumValue = Number("minimumValue", _parameters.MinimumValue, Money.Scale, AmountMax),
        OrdersMax = _parameters.OrdersMax,
        CloseOthers = _parameters.CloseOthers,
        Price = _parameters.Price,
        OffsetBps = _parameters.LimitOffsetBps,
        OffsetTicks = _parameters.LimitOffsetTicks,
        Date = Date(execution),
        Rules = BacktestTerms.Rules(_parameters.RuleBook is { } book ? execution.Evaluate(book) : null),
        OtherLot = _parameters.OtherLot,
    };

    private DateOnly Date(NodeExecution execution)
    {
        if (_parameters.Date is not { } template)
        {
            return DateOnly.FromDateTime(execution.Run.StartTime.UtcDateTime);
        }

        string text = Text(execution, template);
        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
            ? date
            : throw new NodeException("PARAMETER_OUT_OF_RANGE", $"date must be a date such as 2024-01-31, was \"{text}\".");
    }
}
