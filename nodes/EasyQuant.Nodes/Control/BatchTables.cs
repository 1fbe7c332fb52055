using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>
/// The first table of each child of a fan-out, until they are joined. At most <see cref="HeldBytesMax"/> bytes of them are held; what comes beyond is stored at
/// once and only its reference is held. A host without a store holds all. Thread-safe.
/// </summary>
/// <param name="count">Items of the fan-out.</param>
/// <param name="store">Where tables go beyond the bound; null for a host that has none.</param>
internal sealed class BatchTables(int count, IArtifactStore? store)
{
    /// <summary>Bytes of tables that are held: 16 MiB.</summary>
    public const long HeldBytesMax = 16L << 20;

    private readonly Lock _gate = new();
    private NodeValue[]? _values;
    private long _heldBytes;

    /// <summary>Gets the bytes of the tables that are held now.</summary>
    public long HeldBytes
    {
        get
        {
            lock (_gate)
            {
                return _heldBytes;
            }
        }
    }

    /// <summary>Keeps the first table of an item that has succeeded.</summary>
    /// <returns>The item, with a reference in place of a table that was stored.</returns>
    public async ValueTask<ItemRecord> KeepAsync(ItemRecord item, CancellationToken cancellationToken)
    {
        if (item.Result is not { } result || IndexOfTable(result) is not (>= 0 and var output))
        {
            return item;
        }

        NodeValue value = result.Outputs[output];
        if (!value.IsTable || TryHold(item.Index, value) || store is null)
        {
            Set(item.Index, value);
            return item;
        }

        NodeValue stored = NodeValue.FromArtifact(await store.SaveAsync(value.AsTable(), cancellationToken));
        Set(item.Index, stored);
        NodeValue[] outputs = [.. result.Outputs];
        outputs[output] = stored;
        return item with { Result = result with { Outputs = outputs } };
    }

    /// <summary>Keeps what an earlier execution of the step stored.</summary>
    public void Restore(ItemRecord item)
    {
        if (item.Result is { } result && IndexOfTable(result) is >= 0 and var output)
        {
            Set(item.Index, result.Outputs[output]);
        }
    }

    /// <summary>
    /// Joins the tables in the order of the items, once: they are released then. Holds the result, the tables that are held and one stored table, no more: stored
    /// ones are loaded one by one, twice, first for their sizes.
    /// </summary>
    /// <returns>Null when no child had a table.</returns>
    /// <exception cref="NodeException"><c>TABLES_DIFFER</c>, <c>SERVICE_NOT_AVAILABLE</c>, <c>ARTIFACT_NOT_FOUND</c>, <c>ARTIFACT_DAMAGED</c>.</exception>
    public async ValueTask<Table?> JoinAsync(CancellationToken cancellationToken)
    {
        NodeValue[] values;
        lock (_gate)
        {
            values = [.. (_values ?? []).Where(value => value.IsTable || value.IsArtifact)];
            _values = null;
            _heldBytes = 0;
        }

        if (values.Length <= 1)
        {
            return values.Length == 0 ? null : await TableOfAsync(values[0], cancellationToken);
        }

        try
        {
            var joiner = new TableJoiner();
            foreach (NodeValue value in values)
            {
                joiner.Measure(await TableOfAsync(value, cancellationToken));
            }

            for (int i = 0; i < values.Length; i++)
            {
                joiner.Append(await TableOfAsync(values[i], cancellationToken));
                values[i] = default;
            }

            return joiner.Build();
        }
        catch (ArgumentException e)
        {
            throw new NodeException("TABLES_DIFFER", $"The children's tables cannot be joined: {e.Message}", transient: false, e);
        }
    }

    private async ValueTask<Table> TableOfAsync(NodeValue value, CancellationToken cancellationToken)
    {
        if (value.IsTable)
        {
            return value.AsTable();
        }

        IArtifactStore from = store ?? throw new NodeException("SERVICE_NOT_AVAILABLE", "This node needs a store for artifacts, and this host offers none.");
        return await from.LoadAsync(value.AsArtifact(), cancellationToken);
    }

    private static int IndexOfTable(ChildRunResult result)
    {
        for (int i = 0; i < result.Outputs.Count; i++)
        {
            if (result.Outputs[i].IsTable || result.Outputs[i].IsArtifact)
            {
                return i;
            }
        }

        return -1;
    }

    private bool TryHold(int index, NodeValue value)
    {
        long bytes = value.AsTable().EstimatedBytes;
        lock (_gate)
        {
            if (_heldBytes + bytes > HeldBytesMax)
            {
                return false;
            }

            _heldBytes += bytes;
            (_values ??= new NodeValue[count])[index] = value;
            return true;
        }
    }

    private void Set(int index, NodeValue value)
    {
        lock (_gate)
        {
            (_values ??= new NodeValue[count])[index] = value;
        }
    }
}
