using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Decides where the items of a fan-out execute, continues an earlier execution, and runs them.</summary>
internal sealed class BatchExecutor
{
    private const int MeasuredMax = 8;
    private static readonly TimeSpan s_measureMax = TimeSpan.FromSeconds(2);

    private readonly BatchSchedulerParameters _parameters;
    private readonly NodeExecution _execution;
    private readonly IItemLedger? _ledger;
    private readonly IItemProcesses? _processes;
    private readonly IRemoteItems? _remote;
    private readonly IChildRunner _children;

    public BatchExecutor(BatchSchedulerParameters parameters, NodeExecution execution, BatchSource source)
    {
        _parameters = parameters;
        _execution = execution;
        _children = execution.Services.Require<IChildRunner>("a host that runs sub-workflows");
        // A fan-out inside an item is part of the item: only the run's own items are kept one by one.
        bool isOwn = execution.Run.Depth == 0;
        _ledger = isOwn ? execution.Services.Get<IItemLedger>() : null;
        _remote = isOwn ? execution.Services.Get<IRemoteItems>() : null;
        _processes = execution.Services.Get<IItemProcesses>();
        State = new BatchState(parameters, execution, source, _ledger);
        Source = source;
    }

    public BatchState State { get; }

    /// <summary>Gets why the items execute where they do.</summary>
    public string Reason { get; private set; } = "";

    private BatchSource Source { get; }

    /// <summary>Runs all items, or stops when too many failed.</summary>
    /// <exception cref="NodeException"><c>ITEMS_FAILED</c>.</exception>
    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        (ItemPlace place, Reason) = Wanted();
        if (_ledger is not null)
        {
            var request = new FanOutRequest(
                _execution.NodeId, State.Count, Source.Hash(_parameters, _execution), ItemPlace.Unknown, Math.Min(_parameters.Concurrency, Math.Max(1, State.Count)));
            FanOutOpening opening = await _ledger.OpenAsync(request, cancellationToken);
            if (opening.IsKnown)
            {
                await State.RestoreAsync(cancellationToken);
                // Items that were under way must be found again where they were.
                (place, Reason) = opening.Place != ItemPlace.Unknown ? (opening.Place, opening.Reason) : (place, Reason);
            }
        }

        _execution.Progress(State.DoneCount, State.Count);
        if (place == ItemPlace.Unknown)
        {
            place = await MeasureAsync(cancellationToken);
        }

        State.Place = place;
        if (_ledger is not null)
        {
            await _ledger.DecideAsync(_execution.NodeId, place, Reason, cancellationToken);
        }

        if (!State.IsTooMuchFailed)
        {
            await (place == ItemPlace.Remote
                ? new RemoteBatch(State, _remote ?? throw NoHost("remote")).RunAsync(cancellationToken)
                : new LocalBatch(State, _children, place == ItemPlace.Processes ? _processes ?? throw NoHost("processes") : null).RunAsync(State.Count, cancellationToken));
        }

        await State.FinishAsync(cancellationToken);
    }

    private static NodeException NoHost(string mode) =>
        new("SERVICE_NOT_AVAILABLE", $"The items began in mode {mode}, and this host has none.", transient: true);

    private (ItemPlace Place, string Reason) Wanted() => _parameters.Mode switch
    {
        BatchMode.Inline => (ItemPlace.Inline, "The workflow says so."),
        BatchMode.Threads => (ItemPlace.Threads, "The workflow says so."),
        BatchMode.Processes => _processes is not null
            ? (ItemPlace.Processes, "The workflow says so.")
            : (ItemPlace.Threads, "The workflow says processes, which this host does not have."),
        BatchMode.Remote => _remote is not null
            ? (ItemPlace.Remote, "The workflow says so.")
            : (ItemPlace.Threads, _execution.Run.Depth == 0
                ? "The workflow says remote, which this host does not have."
                : "The workflow says remote, but the fan-out is inside an item that executes in a process."),
        _ => (ItemPlace.Unknown, ""),
    };

    private async ValueTask<ItemPlace> MeasureAsync(CancellationToken cancellationToken)
    {
        State.Place = ItemPlace.Inline;
        TimeProvider time = _execution.Services.Time;
        var local = new LocalBatch(State, _children, null);
        int before = State.DoneCount;
        long began = time.GetTimestamp();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long allocated = GC.GetTotalAllocatedBytes();
        int end = 0;
        while (end < State.Count && State.DoneCount - before < MeasuredMax && time.GetElapsedTime(began) < s_measureMax && !State.IsTooMuchFailed)
        {
            end++;
            await local.RunAsync(end, cancellationToken);
        }

        int measured = State.DoneCount - before;
        if (measured == 0)
        {
            Reason = "There was nothing to measure.";
            return ItemPlace.Inline;
        }

        var choice = new BatchChoice(
            measured,
            time.GetElapsedTime(began),
            Environment.CpuUsage.TotalTime - processor,
            GC.GetTotalAllocatedBytes() - allocated,
            State.Count - State.DoneCount,
            Environment.ProcessorCount,
            _processes is not null,
            _remote is not null);
        (ItemPlace place, Reason) = choice.Choose();
        return place;
    }
}
