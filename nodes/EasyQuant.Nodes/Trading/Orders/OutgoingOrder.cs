using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>A checked row of a table of orders, and the JSON that the broker gets.</summary>
internal sealed record OutgoingOrder(string Id, string Symbol, string Body)
{
    private const string Port = "orders";
    private const int IdLengthMax = 64;

    /// <summary>Reads all rows.</summary>
    /// <exception cref="NodeException"><c>TABLE_SCHEMA</c>, <c>ORDER_VALUE_INVALID</c>, <c>ORDER_ROW_DUPLICATE</c>, <c>ORDER_SYMBOL_INVALID</c>, <c>LIMIT_EXCEEDED</c>.</exception>
    public static IReadOnlyList<OutgoingOrder> Read(Table table, int rowsMax)
    {
        if (table.RowCount > rowsMax)
        {
            throw new NodeException("LIMIT_EXCEEDED", $"orders: at most {rowsMax} rows are sent by one step, got {table.RowCount}.");
        }

        StringColumn ids = Texts(table, "client_order_id");
        StringColumn symbols = Texts(table, "symbol");
        StringColumn sides = Texts(table, "side");
        Column quantities = OrderColumns.Require(table, Port, "quantity");
        StringColumn? types = table.TryGetColumn("order_type", out _) ? Texts(table, "order_type") : null;
        table.TryGetColumn("limit_price", out Column? limits);
        var orders = new List<OutgoingOrder>(table.RowCount);
        var rows = new Dictionary<string, int>(table.RowCount, StringComparer.Ordinal);
        for (int row = 0; row < table.RowCount; row++)
        {
            string id = IdOf(ids, row);
            if (!rows.TryAdd(id, row))
            {
                throw new NodeException("ORDER_ROW_DUPLICATE", $"orders: the client_order_id {id} stands in the rows {rows[id]} and {row}.");
            }

            string symbol = Domain.Symbol.TryNormalize(symbols.GetString(row), out Symbol known)
                ? known.ToString()
                : throw new NodeException("ORDER_SYMBOL_INVALID", $"orders, row {row}: `{symbols.GetString(row)}` is no symbol that can be traded.");
            string type = types is null ? "market" : OneOf(types, row, "market", "limit");
            JsonObject body = new()
            {
                ["client_order_id"] = id,
                ["symbol"] = symbol,
                ["side"] = OneOf(sides, row, "buy", "sell"),
                ["quantity"] = OrderColumns.Units(quantities, Port, row, 0, 1, long.MaxValue / 4),
                ["order_type"] = type,
            };
            if (type == "limit")
            {
                Column limit = limits ?? OrderColumns.Require(table, Port, "limit_price");
                body["limit_price"] = new Price(OrderColumns.Units(limit, Port, row, Price.ShareScale, 1, 1_000_000_000_000_000)).ToString();
            }

            orders.Add(new OutgoingOrder(id, symbol, body.ToJsonString()));
        }

        return orders;
    }

    private static StringColumn Texts(Table table, string name) => OrderColumns.Require(table, Port, name) as StringColumn
        ?? throw new NodeException("TABLE_SCHEMA", $"orders: column `{name}` is {table[name].Type}, expected String.");

    // A key travels as a header: visible ASCII only.
    private static string IdOf(StringColumn ids, int row) => ids.GetString(row) is { Length: > 0 and <= IdLengthMax } id && id.All(c => c is > ' ' and <= '~')
        ? id
        : throw new NodeException("ORDER_VALUE_INVALID", $"orders, row {row}: client_order_id must be 1 to {IdLengthMax} visible ASCII characters.");

    private static string OneOf(StringColumn column, int row, string first, string second) => column.GetString(row) is { } text && (text == first || text == second)
        ? text
        : throw new NodeException("ORDER_VALUE_INVALID", $"orders, row {row}: column `{column.Name}` is `{column.GetString(row)}`, expected {first} or {second}.");
}
