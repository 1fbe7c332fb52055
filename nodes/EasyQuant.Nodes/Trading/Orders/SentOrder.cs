using System.Text.Json.Nodes;

namespace EasyQuant.Nodes.Trading;

/// <summary>What became of an order at the broker. Attempts are 0 when an earlier execution of the step had sent it.</summary>
internal sealed record SentOrder(bool IsAccepted, string? BrokerOrderId, string? Reason, int Attempts)
{
    /// <summary>What is kept of an accepted order.</summary>
    public string ToRecord() => new JsonObject { ["broker_order_id"] = BrokerOrderId }.ToJsonString();

    /// <summary>Reads <see cref="ToRecord"/>.</summary>
    public static SentOrder FromRecord(string record) => new(true, (string?)JsonNode.Parse(record)!["broker_order_id"], null, 0);
}
