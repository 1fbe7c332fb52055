using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>
/// Makes the result table of a fan-out: one row an item, in the order of the items, with the columns <c>item_index</c>, <c>item_state</c>,
/// <c>item_error</c>, then the item's own members, then the children's outputs (members of an object output become columns of their own). A name that exists already is not written twice: the earlier one stays.
/// </summary>
internal static class BatchTable
{
    public static Table Build(IReadOnlyList<JsonNode?> inputs, IReadOnlyList<BatchItem> items)
    {
        if (items.Count == 0)
        {
            return Table.Empty;
        }

        var rows = new JsonArray();
        for (int i = 0; i < items.Count; i++)
        {
            BatchItem item = items[i];
            var row = new JsonObject
            {
                ["item_index"] = i,
                ["item_state"] = Name(item.State),
                ["item_error"] = item.State == ItemState.Failed ? item.Error!.Reason : null,
            };
            Add(row, "item", inputs[i]);
            if (item.State == ItemState.Succeeded)
            {
                ChildRunResult result = item.Result!;
                for (int output = 0; output < result.OutputNames.Count; output++)
                {
                    if (result.Outputs[output].IsJson)
                    {
                        Add(row, result.OutputNames[output], result.Outputs[output].AsJson());
                    }
                }
            }

            rows.Add(row);
        }

        return TableJson.FromRows(rows);
    }

    private static string Name(ItemState state) => state switch
    {
        ItemState.Pending => "pending",
        ItemState.Running => "running",
        ItemState.Succeeded => "succeeded",
        ItemState.Failed => "failed",
        _ => "cancelled",
    };

    private static void Add(JsonObject row, string name, JsonNode? value)
    {
        if (value is JsonObject obj)
        {
            foreach ((string member, JsonNode? inner) in obj)
            {
                AddPlain(row, member, inner);
            }
        }
        else
        {
            AddPlain(row, name, value);
        }
    }

    // Lists and nested objects are written as JSON text: a column holds plain values.
    private static void AddPlain(JsonObject row, string name, JsonNode? value) =>
        row.TryAdd(name, value is JsonObject or JsonArray ? JsonValue.Create(value.ToJsonString()) : value?.DeepClone());
}
