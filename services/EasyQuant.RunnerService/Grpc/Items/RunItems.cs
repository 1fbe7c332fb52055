using System.Runtime.CompilerServices;
using EasyQuant.Flow;
using EasyQuant.Persistence.Faults;
using EasyQuant.RunnerService.Grpc.Dispatch;
using EasyQuant.RunnerService.Grpc.Execution;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wire = EasyQuant.Contracts.Run.V1;

namespace EasyQuant.RunnerService.Grpc.Items;

/// <summary>
/// The items of one run as Workflow keeps them. States travel in batches: at most <see cref="PendingMax"/> items or <see cref="PendingBytesMax"/> bytes wait
/// in memory, then whoever reports more waits. Thread-safe.
/// </summary>
internal sealed class RunItems(ActiveRun run, ItemCalls calls, ItemCodec codec, PreparedWorkflow workflow, ActiveRuns runs, TimeProvider time) : IItemLedger, IRemoteItems
{
    private const int PendingMax = 4_000;
    private const int PendingBytesMax = 4 * 1024 * 1024;
    private const int BatchMax = 2_000;
    private const int BatchBytesMax = 1024 * 1024;
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_abandonDeadline = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string NodeId, int Index), Wire.StoredItem> _pending = [];
    private int _pendingBytes;
    private Task? _sending;
    private TaskCompletionSource _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask<FanOutOpening> OpenAsync(FanOutRequest request, CancellationToken cancellationToken)
    {
        var wire = new Wire.OpenFanOutRequest
        {
            Lease = calls.Lease(request.NodeId),
            TotalCount = request.Total,
            InputHash = ByteString.CopyFrom(request.InputHash.Span),
            Concurrency = request.Concurrency,
        };
        Wire.OpenFanOutResponse answer = await calls.CallAsync((c, o) => c.OpenFanOutAsync(wire, o), a => a.Lost, cancellationToken);
        return new FanOutOpening(answer.Known, ItemCodec.ToPlace(answer.Mode), answer.ModeReason);
    }

    public async IAsyncEnumerable<ItemRecord> ReadAsync(string nodeId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int after = -1;
        bool hasMore = true;
        while (hasMore)
        {
            var request = new Wire.ReadItemsRequest { Lease = calls.Lease(nodeId), AfterIndex = after };
            Wire.ReadItemsResponse page = await calls.CallAsync((c, o) => c.ReadItemsAsync(request, o), a => a.Lost, cancellationToken);
            foreach (Wire.StoredItem item in page.Items)
            {
                after = item.Item.Index;
                yield return await codec.ReadAsync(item, cancellationToken);
            }

            hasMore = page.HasMore;
        }
    }

    public async ValueTask DecideAsync(string nodeId, ItemPlace place, string reason, CancellationToken cancellationToken)
    {
        var request = new Wire.ReportItemsRequest
        {
            Lease = calls.Lease(nodeId),
            Mode = ItemCodec.ToWire(place),
            ModeReason = reason.Length <= 1_000 ? reason : reason[..1_000],
        };
        await calls.CallAsync((c, o) => c.ReportItemsAsync(request, o), a => a.Lost, cancellationToken);
    }

    public async ValueTask WriteAsync(string nodeId, ItemRecord item, CancellationToken cancellationToken)
    {
        Wire.StoredItem wire = await codec.WriteAsync(item, cancellationToken);
        bool isFull;
        lock (_gate)
        {
            if (_pending.Remove((nodeId, item.Index), out Wire.StoredItem? before))
            {
                _pendingBytes -= before.CalculateSize();
            }

            _pending[(nodeId, item.Index)] = wire;
            _pendingBytes += wire.CalculateSize();
            isFull = _pending.Count >= PendingMax || _pendingBytes >= PendingBytesMax;
            _sending ??= Task.Run(SendAllAsync, CancellationToken.None);
        }

        if (isFull)
        {
            await FlushAsync(cancellationToken);
        }
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        Task? sending;
        lock (_gate)
        {
            sending = _sending;
            _hurry.TrySetResult();
        }

        if (sending is not null)
        {
            await sending.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask<IReadOnlyList<ItemRecord>> StartAsync(
        string nodeId, string workflowName, int? version, IReadOnlyList<RemoteItem> items, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        var request = new Wire.StartItemsRequest
        {
            Lease = calls.Lease(nodeId), WorkflowName = workflowName, WorkflowVersion = version ?? workflow.NewestVersion(workflowName),
        };
        request.Items.AddRange(items.Select(item => new Wire.ItemStart { Index = item.Index, Attempt = item.Attempt, Inputs = ToStruct(item) }));
        Failpoints.Hit("runner.items.start");
        Wire.StartItemsResponse answer = await calls.CallAsync((c, o) => c.StartItemsAsync(request, o), a => a.Lost, cancellationToken);
        return await ReadAllAsync(answer.Refused, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<ItemRecord>> CollectAsync(string nodeId, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        var request = new Wire.CollectItemsRequest { Lease = calls.Lease(nodeId) };
        Wire.CollectItemsResponse answer = await calls.CallAsync((c, o) => c.CollectItemsAsync(request, o), a => a.Lost, cancellationToken);
        if (answer.CancelRequested)
        {
            run.Stop(StopCause.Cancelled);
        }
        else if (answer.PauseRequested)
        {
            run.Pause();
        }

        if (answer.StepCancelRequested)
        {
            run.CancelSteps([nodeId]);
        }

        return await ReadAllAsync(answer.Items, cancellationToken);
    }

    public async ValueTask CancelAsync(string nodeId, TimeSpan? olderThan, CancellationToken cancellationToken)
    {
        var request = new Wire.CancelItemsRequest { Lease = calls.Lease(nodeId), OlderThan = olderThan is { } age ? Duration.FromTimeSpan(age) : null };
        await calls.CallAsync((c, o) => c.CancelItemsAsync(request, o), a => a.Lost, cancellationToken);
    }

    public async ValueTask AbandonAsync(string nodeId)
    {
        if (run.Cause is StopCause.Lost or StopCause.Shutdown)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(s_abandonDeadline, time);
        try
        {
            await CancelAsync(nodeId, null, deadline.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException or LeaseLostException)
        {
            // The end of the run, or of its lease, cancels them too.
        }
    }

    public IDisposable Wait() => runs.Wait();

    private static Struct ToStruct(RemoteItem item)
    {
        var inputs = new Struct();
        foreach ((string name, System.Text.Json.Nodes.JsonNode? value) in item.Inputs)
        {
            inputs.Fields[name] = WireJson.ToWire(value);
        }

        return inputs;
    }

    private async ValueTask<IReadOnlyList<ItemRecord>> ReadAllAsync(IReadOnlyList<Wire.StoredItem> items, CancellationToken cancellationToken)
    {
        var records = new List<ItemRecord>(items.Count);
        foreach (Wire.StoredItem item in items)
        {
            records.Add(await codec.ReadAsync(item, cancellationToken));
        }

        return records;
    }

    private async Task SendAllAsync()
    {
        while (true)
        {
            Task hurry;
            lock (_gate)
            {
                if (_pending.Count == 0)
                {
                    _sending = null;
                    _hurry = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    return;
                }

                hurry = _hurry.Task;
            }

            await Task.WhenAny(hurry, Task.Delay(s_delay, time));
            try
            {
                foreach (Wire.ReportItemsRequest batch in Take())
                {
                    await SendAsync(batch);
                }
            }
            catch
            {
                // The run stops, or Workflow refuses the report, and whoever waits for the flush hears it. What is not stored executes again.
                lock (_gate)
                {
                    _pending.Clear();
                    _pendingBytes = 0;
                    _sending = null;
                }

                throw;
            }
        }
    }

    private async Task SendAsync(Wire.ReportItemsRequest batch)
    {
        while (true)
        {
            try
            {
                Failpoints.Hit("runner.items.before");
                await calls.CallAsync((c, o) => c.ReportItemsAsync(batch, o), a => a.Lost, run.StopToken);
                Failpoints.Hit("runner.items.after");
                return;
            }
            catch (FailpointException)
            {
                await Task.Delay(s_delay, time, run.StopToken);
            }
        }
    }

    private List<Wire.ReportItemsRequest> Take()
    {
        var batches = new List<Wire.ReportItemsRequest>();
        lock (_gate)
        {
            var open = new Dictionary<string, (Wire.ReportItemsRequest Batch, int Bytes)>(StringComparer.Ordinal);
            foreach (((string nodeId, _), Wire.StoredItem item) in _pending)
            {
                if (!open.TryGetValue(nodeId, out (Wire.ReportItemsRequest Batch, int Bytes) current) || current.Batch.Items.Count >= BatchMax || current.Bytes >= BatchBytesMax)
                {
                    current = (new Wire.ReportItemsRequest { Lease = calls.Lease(nodeId) }, 0);
                    batches.Add(current.Batch);
                }

                current.Batch.Items.Add(item);
                open[nodeId] = current with { Bytes = current.Bytes + item.CalculateSize() };
            }

            _pending.Clear();
            _pendingBytes = 0;
        }

        return batches;
    }
}
