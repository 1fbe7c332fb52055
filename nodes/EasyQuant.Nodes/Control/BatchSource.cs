using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>The items of a fan-out, given as a list or as the rows of a table; rows become JSON only while their item needs them. Thread-safe.</summary>
internal sealed class BatchSource
{
    private const int ItemsPort = 0;
    private const int RowsPort = 1;

    private readonly JsonNode?[]? _items;
    private readonly Table? _rows;

    private BatchSource(JsonNode?[]? items, Table? rows)
    {
        _items = items;
        _rows = rows;
        Count = items?.Length ?? rows!.RowCount;
    }

    public int Count { get; }

    /// <summary>Takes what came in.</summary>
    /// <exception cref="NodeException"><c>MISSING_INPUT</c>, <c>INPUT_TYPE</c>, <c>LIMIT_EXCEEDED</c>.</exception>
    public static BatchSource From(NodeExecution execution)
    {
        BatchSource source;
        if (execution.HasInput(ItemsPort))
        {
            JsonNode? items = execution.InputJson(ItemsPort);
            JsonArray list = items as JsonArray
                ?? throw new NodeException("INPUT_TYPE", $"The input 'items' of node '{execution.NodeId}' takes a list, got {items?.GetValueKind().ToString() ?? "null"}.");
            // Listed once: a list is read lazily, which threads must not do at the same time.
            source = new BatchSource([.. list], null);
        }
        else if (execution.HasInput(RowsPort))
        {
            source = new BatchSource(null, execution.InputTable(RowsPort));
        }
        else
        {
            throw new NodeException("MISSING_INPUT", $"Node '{execution.NodeId}' needs a list at 'items' or a table at 'rows'.");
        }

        return source.Count <= FlowLimits.ItemsMax
            ? source
            : throw new NodeException("LIMIT_EXCEEDED", $"A fan-out may have {FlowLimits.ItemsMax} items, this one has {source.Count}.");
    }

    /// <summary>Returns an item; nobody may change it.</summary>
    public JsonNode? At(int index) => _items is not null ? _items[index] : TableJson.ToRows(_rows!.Slice(index, 1))[0];

    /// <summary>Returns the SHA-256 of everything that decides what the items do.</summary>
    public byte[] Hash(BatchSchedulerParameters parameters, NodeExecution execution)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{parameters.Workflow}\n{parameters.Version}\n{Count}\n"));
        for (int i = 0; i < Count; i++)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Text(parameters, execution, At(i))));
            hash.AppendData("\n"u8);
        }

        return hash.GetHashAndReset();
    }

    private static string Text(BatchSchedulerParameters parameters, NodeExecution execution, JsonNode? item)
    {
        try
        {
            return (parameters.Params is { } template ? execution.Evaluate(template, item) : item)?.ToJsonString() ?? "null";
        }
        catch (NodeException e)
        {
            // Such an item fails when its turn comes.
            return e.Reason;
        }
    }
}
