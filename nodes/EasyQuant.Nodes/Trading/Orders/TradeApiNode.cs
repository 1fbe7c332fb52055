using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Nodes.Hosting;

namespace EasyQuant.Nodes.Trading;

/// <summary>Sends orders to a broker's HTTP API, each under its client_order_id as key. What that promises: docs/orders.md.</summary>
public sealed class TradeApiNode : INodeHandler
{
    private const int OrdersMax = 10_000;

    private static readonly ColumnSchema[] s_schema =
    [
        new("client_order_id", ColumnType.String), new("symbol", ColumnType.String), new("state", ColumnType.String), new("broker_order_id", ColumnType.String),
        new("reason", ColumnType.String), new("attempts", ColumnType.Int64),
    ];

    private readonly TradeApiParameters _parameters;

    private TradeApiNode(TradeApiParameters parameters)
    {
        _parameters = parameters;
        if (HttpParts.IsOwnHeader(parameters.KeyHeader) && !parameters.KeyHeader.Equals("Idempotency-Key", StringComparison.OrdinalIgnoreCase))
        {
            throw new NodeException("PARAMETER_OUT_OF_RANGE", $"keyHeader: the header {parameters.KeyHeader} cannot be set.");
        }
    }

    /// <summary>Adds the node type <c>TradeApi</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<TradeApiParameters>(
        new NodeDefinitionTemplate
        {
            Type = "TradeApi",
            Title = new LocalizedText("Send orders", "发送订单"),
            Category = "trading",
            Icon = "send",
            Description = new LocalizedText(
                "Sends orders to a broker's HTTP API, each under a key that a repeated step keeps.", "将订单发送到券商 HTTP 接口，每笔订单带有重复执行时不变的幂等键。"),
            Inputs = [new PortDefinition("orders", PortType.Table, new LocalizedText("Orders", "订单"))],
            Outputs =
            [
                new PortDefinition("results", PortType.Table, new LocalizedText("Results", "结果")),
                new PortDefinition("summary", PortType.Json, new LocalizedText("Summary", "摘要")),
            ],
            HasEffects = true,
        },
        parameters => new TradeApiNode(parameters));

    /// <summary>Sends what has not been accepted before. A step that is executed again sends the rest under the same keys.</summary>
    /// <exception cref="NodeException">
    /// <c>TABLE_SCHEMA</c>, <c>ORDER_VALUE_INVALID</c>, <c>ORDER_ROW_DUPLICATE</c>, <c>ORDER_SYMBOL_INVALID</c>, <c>LIMIT_EXCEEDED</c>: nothing was sent.
    /// <c>TRADE_REJECTED</c>; <c>TRADE_UNKNOWN</c> (transient); <c>TRADE_REDIRECTED</c>; <c>EPOCH_STALE</c>; the reasons of URL, headers, secrets and connections as of
    /// <see cref="HttpRequestNode"/>.
    /// </exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        HttpDoor door = execution.Services.Require<HttpDoor>("a way to HTTP servers");
        string text = HttpParts.Text(execution, _parameters.Url, "url");
        NodeHeaders headers = NodeHeaders.Read(execution, _parameters.Headers);
        if (headers.Contains(_parameters.KeyHeader))
        {
            throw new NodeException("HTTP_HEADER_INVALID", $"headers.{_parameters.KeyHeader}: this header carries the client_order_id.");
        }

        IReadOnlyList<OutgoingOrder> orders = OutgoingOrder.Read(execution.InputTable(0), OrdersMax);
        var sender = new OrderSender(door, _parameters, HttpParts.Url(text, text), headers, execution.Services.Time);
        AcceptedOrders? accepted = execution.Services.Get<ProjectDatabase>() is { } database ? new AcceptedOrders(database, execution) : null;
        SentOrder?[] sent = await SendAllAsync(execution, orders, sender, accepted, cancellationToken);
        SetOutputs(execution, orders, sent, accepted is not null);
    }

    private static async Task<SentOrder> SendOneAsync(OutgoingOrder order, OrderSender sender, AcceptedOrders? accepted, CancellationToken cancellationToken)
    {
        if (accepted is not null && await accepted.FindAsync(order.Id, cancellationToken) is { } known)
        {
            return known;
        }

        SentOrder sent = await sender.SendAsync(order.Id, order.Body, cancellationToken);
        return accepted is not null && sent.IsAccepted ? await accepted.RecordAsync(order.Id, sent, cancellationToken) : sent;
    }

    // A fault stops what has not begun; what is under way comes to its end, so that no answer is thrown away.
    private async Task<SentOrder?[]> SendAllAsync(
        NodeExecution execution, IReadOnlyList<OutgoingOrder> orders, OrderSender sender, AcceptedOrders? accepted, CancellationToken cancellationToken)
    {
        var sent = new SentOrder?[orders.Count];
        var faults = new NodeException?[orders.Count];
        int done = 0;
        int stopped = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = _parameters.Concurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, orders.Count), options, async (row, token) =>
        {
            if (Volatile.Read(ref stopped) != 0)
            {
                return;
            }

            try
            {
                SentOrder result = await SendOneAsync(orders[row], sender, accepted, token);
                sent[row] = result;
                if (!result.IsAccepted && _parameters.OnReject == RejectPolicy.Fail)
                {
                    Volatile.Write(ref stopped, 1);
                }

                execution.Progress(Interlocked.Increment(ref done), orders.Count);
            }
            catch (NodeException e)
            {
                faults[row] = e;
                Volatile.Write(ref stopped, 1);
            }
        });
        ThrowFirst(orders, sent, faults);
        return sent;
    }

    private void ThrowFirst(IReadOnlyList<OutgoingOrder> orders, SentOrder?[] sent, NodeException?[] faults)
    {
        int taken = sent.Count(s => s is { IsAccepted: true });
        for (int row = 0; row < sent.Length; row++)
        {
            if (faults[row] is { } fault)
            {
                throw new NodeException(fault.Reason, $"{taken} of {orders.Count} orders are accepted. {fault.Message}", fault.IsTransient, fault);
            }

            if (sent[row] is { IsAccepted: false } rejected && _parameters.OnReject == RejectPolicy.Fail)
            {
                throw new NodeException(
                    "TRADE_REJECTED", $"{taken} of {orders.Count} orders are accepted. The broker rejected {orders[row].Symbol} ({orders[row].Id}): {rejected.Reason}");
            }
        }
    }

    private static void SetOutputs(NodeExecution execution, IReadOnlyList<OutgoingOrder> orders, SentOrder?[] sent, bool isRecorded)
    {
        var builder = new TableBuilder(s_schema);
        for (int row = 0; row < orders.Count; row++)
        {
            SentOrder result = sent[row]!;
            builder.AppendRow(
                orders[row].Id, orders[row].Symbol, result.IsAccepted ? "accepted" : "rejected", result.BrokerOrderId, result.Reason, (long)result.Attempts);
        }

        int accepted = sent.Count(s => s!.IsAccepted);
        execution.SetOutput(0, builder.Build());
        execution.SetOutput(1, new JsonObject
        {
            ["orders"] = orders.Count,
            ["accepted"] = accepted,
            ["rejected"] = orders.Count - accepted,
            ["sent_before"] = sent.Count(s => s!.Attempts == 0),
            ["attempts"] = sent.Sum(s => s!.Attempts),
            ["recorded"] = isRecorded,
        });
        execution.Report(new StepMetrics(orders.Count, accepted));
    }
}
