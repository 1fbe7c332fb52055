using EasyQuant.Flow;
using EasyQuant.RunnerService.Grpc.Execution;
using Google.Protobuf.WellKnownTypes;
using Wire = EasyQuant.Contracts.Run.V1;

namespace EasyQuant.RunnerService.Grpc.Items;

/// <summary>Items between the core and the wire.</summary>
internal sealed class ItemCodec(OutputCodec outputs, RunnerIdentity identity)
{
    public async ValueTask<Wire.StoredItem> WriteAsync(ItemRecord item, CancellationToken cancellationToken)
    {
        var wire = new Wire.Item
        {
            Index = item.Index,
            State = ToWire(item.State),
            Attempt = item.Attempt,
            Error = RunReporter.ToWire(item.Error),
            Mode = ToWire(item.Place),
            StartTime = item.StartTime?.ToTimestamp(),
        };
        if (item.State is ItemState.Succeeded or ItemState.Failed)
        {
            wire.Elapsed = Duration.FromTimeSpan(item.Elapsed);
        }

        bool isLocal = item.Place != ItemPlace.Remote && item.Attempt > 0;
        if (isLocal)
        {
            wire.WorkerId = identity.WorkerId;
            wire.ProcessId = item.ProcessId != 0 ? item.ProcessId : item.Place == ItemPlace.Processes ? 0 : Environment.ProcessId;
        }

        return new Wire.StoredItem
        {
            Item = wire,
            Failures = item.Failures,
            Outputs = isLocal && item.Result is { } result ? await outputs.WriteAsync(result.OutputNames, result.Outputs, cancellationToken) : null,
        };
    }

    public async ValueTask<ItemRecord> ReadAsync(Wire.StoredItem stored, CancellationToken cancellationToken)
    {
        Wire.Item item = stored.Item;
        ChildRunResult? result = null;
        if (item.State == Wire.ItemState.Succeeded)
        {
            IReadOnlyDictionary<string, NodeValue> values = await outputs.ReadAsync(stored.Outputs ?? new Struct(), cancellationToken);
            string[] names = [.. values.Keys.Order(StringComparer.Ordinal)];
            result = new ChildRunResult(null, names, [.. names.Select(name => values[name])]);
        }

        return new ItemRecord
        {
            Index = item.Index,
            State = item.State switch
            {
                Wire.ItemState.Running => ItemState.Running,
                Wire.ItemState.Succeeded => ItemState.Succeeded,
                Wire.ItemState.Failed => ItemState.Failed,
                Wire.ItemState.Cancelled => ItemState.Cancelled,
                _ => ItemState.Pending,
            },
            Attempt = item.Attempt,
            Failures = stored.Failures,
            Error = item.Error is { } error ? new StepError(error.Reason, error.Message, error.NodeId.Length > 0 ? error.NodeId : null)
                : item.State == Wire.ItemState.Failed ? new StepError("RUN_FAILED", "The run of the item failed.") : null,
            Place = ToPlace(item.Mode),
            ProcessId = item.ProcessId,
            StartTime = item.StartTime?.ToDateTimeOffset(),
            Elapsed = item.Elapsed?.ToTimeSpan() ?? TimeSpan.Zero,
            Result = result,
        };
    }

    public static ItemPlace ToPlace(Wire.ItemMode mode) => mode switch
    {
        Wire.ItemMode.Inline => ItemPlace.Inline,
        Wire.ItemMode.Threads => ItemPlace.Threads,
        Wire.ItemMode.Processes => ItemPlace.Processes,
        Wire.ItemMode.Remote => ItemPlace.Remote,
        _ => ItemPlace.Unknown,
    };

    public static Wire.ItemMode ToWire(ItemPlace place) => place switch
    {
        ItemPlace.Inline => Wire.ItemMode.Inline,
        ItemPlace.Threads => Wire.ItemMode.Threads,
        ItemPlace.Processes => Wire.ItemMode.Processes,
        ItemPlace.Remote => Wire.ItemMode.Remote,
        _ => Wire.ItemMode.Unspecified,
    };

    private static Wire.ItemState ToWire(ItemState state) => state switch
    {
        ItemState.Running => Wire.ItemState.Running,
        ItemState.Succeeded => Wire.ItemState.Succeeded,
        ItemState.Failed => Wire.ItemState.Failed,
        ItemState.Cancelled => Wire.ItemState.Cancelled,
        _ => Wire.ItemState.Pending,
    };
}
