using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>
/// Everything known about the items of one execution of a fan-out: states, counts, what goes into the outputs, and the way to the durable ledger.
/// Holds 12 bytes an item beside the result table and what <see cref="BatchTables"/> holds. Thread-safe.
/// </summary>
internal sealed class BatchState
{
    /// <summary>Items up to which the output <c>results</c> is filled; beyond it stays empty and the table has the values.</summary>
    public const int ResultsMax = 10_000;

    private const int UpdatesMax = 256;
    private const int ErrorsMax = 100;

    private readonly NodeExecution _execution;
    private readonly BatchSource _source;
    private readonly IItemLedger? _ledger;
    private readonly ItemState[] _states;
    private readonly int[] _attempts;
    private readonly int[] _failures;
    private readonly BatchTable _table;
    private readonly BatchTables? _tables;
    private readonly JsonNode?[]? _results;
    private readonly Lock _gate = new();
    private readonly List<ItemUpdate> _updates = [];
    private readonly SortedList<int, StepError> _errors = [];
    private readonly int _failedMax;
    private int _done;
    private int _failed;

    public BatchState(BatchSchedulerParameters parameters, NodeExecution execution, BatchSource source, IItemLedger? ledger)
    {
        Parameters = parameters;
        _execution = execution;
        _source = source;
        _ledger = ledger;
        _states = new ItemState[source.Count];
        _attempts = new int[source.Count];
        _failures = new int[source.Count];
        _table = new BatchTable(source.Count);
        _tables = parameters.JoinTables ? new BatchTables(source.Count, execution.Services.Artifacts) : null;
        _results = source.Count <= ResultsMax ? new JsonNode?[source.Count] : null;
        _failedMax = parameters.OnFailure switch
        {
            BatchFailurePolicy.Stop => 0,
            BatchFailurePolicy.Continue => source.Count,
            _ => (int)Math.Floor(source.Count * parameters.ToleratePercent / 100),
        };
    }

    public BatchSchedulerParameters Parameters { get; }

    public NodeExecution Execution => _execution;

    public int Count => _states.Length;

    public int DoneCount => Volatile.Read(ref _done);

    public bool IsTooMuchFailed => Volatile.Read(ref _failed) > _failedMax;

    /// <summary>Gets or sets where the items execute.</summary>
    public ItemPlace Place { get; set; }

    /// <summary>Gets how many items an earlier execution had finished.</summary>
    public int RestoredCount { get; private set; }

    public ItemState StateOf(int index) => _states[index];

    /// <summary>Attempts of an item that failed since somebody last asked for it, over all holders of the lease.</summary>
    public int FailuresOf(int index) => _failures[index];

    /// <summary>Returns the inputs of an item's child run.</summary>
    /// <exception cref="NodeException">An expression has no value, or the inputs are no object.</exception>
    public IReadOnlyDictionary<string, JsonNode?> InputsOf(int index)
    {
        JsonNode? item = _source.At(index);
        return ChildInputs.From(Parameters.Params is { } template ? _execution.Evaluate(template, item) : item);
    }

    /// <summary>Takes what an earlier execution of the step kept: ended items stay ended, the others keep their count of attempts.</summary>
    public async ValueTask RestoreAsync(CancellationToken cancellationToken)
    {
        await foreach (ItemRecord item in _ledger!.ReadAsync(_execution.NodeId, cancellationToken))
        {
            if (item.Index >= Count)
            {
                continue;
            }

            _attempts[item.Index] = item.Attempt;
            _failures[item.Index] = item.Failures;
            if (item.State is ItemState.Succeeded or ItemState.Failed)
            {
                RestoredCount++;
                _tables?.Restore(item);
                Settle(item);
            }
            else if (item.State == ItemState.Running)
            {
                _states[item.Index] = ItemState.Running;
            }
        }

        _execution.Progress(DoneCount, Count);
    }

    /// <summary>Notes that an attempt starts; returns its number over all executions of the step.</summary>
    public async ValueTask<int> StartAsync(int index, DateTimeOffset time, CancellationToken cancellationToken)
    {
        _states[index] = ItemState.Running;
        int attempt = ++_attempts[index];
        if (Place != ItemPlace.Remote)
        {
            await WriteAsync(new ItemRecord { Index = index, State = ItemState.Running, Attempt = attempt, Place = Place, StartTime = time }, cancellationToken);
        }

        return attempt;
    }

    /// <summary>Notes that an item has ended.</summary>
    /// <returns>Whether the fan-out must stop because too many items failed.</returns>
    public async ValueTask<bool> EndAsync(ItemRecord item, CancellationToken cancellationToken)
    {
        item = _tables is null ? item : await _tables.KeepAsync(item, cancellationToken);
        Settle(item);
        Tell(item);
        await WriteAsync(item, cancellationToken);
        _execution.Progress(DoneCount, Count);
        return IsTooMuchFailed;
    }

    /// <summary>Notes that an attempt of an item failed and that it is to be tried again.</summary>
    public ValueTask PostponeAsync(ItemRecord item, CancellationToken cancellationToken)
    {
        _states[item.Index] = ItemState.Pending;
        _failures[item.Index]++;
        return WriteAsync(item with { State = ItemState.Pending }, cancellationToken);
    }

    /// <summary>Makes everything durable that was noted.</summary>
    public ValueTask FlushAsync(CancellationToken cancellationToken) => _ledger?.FlushAsync(cancellationToken) ?? ValueTask.CompletedTask;

    /// <summary>Ends the items that did not come to their turn, tells what is left to tell, and throws when too many failed.</summary>
    /// <exception cref="NodeException"><c>ITEMS_FAILED</c>.</exception>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_states[i] is ItemState.Pending or ItemState.Running)
            {
                var item = new ItemRecord { Index = i, State = ItemState.Cancelled, Attempt = _attempts[i], Place = Place };
                Settle(item);
                Tell(item);
                await WriteAsync(item, cancellationToken);
            }
        }

        FlushUpdates();
        await FlushAsync(cancellationToken);
        if (IsTooMuchFailed)
        {
            (int first, StepError error) = (_errors.Keys[0], _errors.Values[0]);
            throw new NodeException(
                "ITEMS_FAILED", $"{_failed} of {Count} items failed, {_failedMax} are tolerated; item {first}: {error.Reason}: {error.Message}", error.IsTransient);
        }
    }

    public Table BuildTable() => _table.Build();

    public JsonArray? Results() => _results is null ? null : [.. _results];

    /// <summary>Joins the first tables of the children in the order of the items, once; null when there are none or they are not to be joined.</summary>
    /// <exception cref="NodeException"><c>TABLES_DIFFER</c>, or what the store of artifacts says.</exception>
    public async ValueTask<Table?> JoinTablesAsync(CancellationToken cancellationToken) =>
        _tables is null ? null : await _tables.JoinAsync(cancellationToken);

    public JsonObject Summary(string reason)
    {
        var errors = new JsonArray();
        foreach ((int index, StepError error) in _errors)
        {
            errors.Add(new JsonObject { ["index"] = index, ["reason"] = error.Reason, ["message"] = error.Message });
        }

        return new JsonObject
        {
            ["total"] = Count,
            ["succeeded"] = SucceededCount,
            ["failed"] = _failed,
            ["cancelled"] = _states.Count(state => state == ItemState.Cancelled),
            ["mode"] = BatchText.Of(Place),
            ["modeReason"] = reason,
            ["errors"] = errors,
        };
    }

    public int SucceededCount => _states.Count(state => state == ItemState.Succeeded);

    private ValueTask WriteAsync(ItemRecord item, CancellationToken cancellationToken)
    {
        int failures = _failures[item.Index];
        return _ledger?.WriteAsync(_execution.NodeId, failures == 0 ? item : item with { Failures = failures }, cancellationToken) ?? ValueTask.CompletedTask;
    }

    private void Settle(ItemRecord item)
    {
        _states[item.Index] = item.State;
        _attempts[item.Index] = Math.Max(_attempts[item.Index], item.Attempt);
        bool succeeded = item.State == ItemState.Succeeded;
        _table.Set(item.Index, _source.At(item.Index), item.State, item.State == ItemState.Failed ? item.Error!.Reason : null, succeeded ? item.Result : null);
        if (succeeded && _results is not null)
        {
            _results[item.Index] = ChildOutputs.AsJson(item.Result!);
        }

        lock (_gate)
        {
            _done += item.State == ItemState.Cancelled ? 0 : 1;
            if (item.State == ItemState.Failed)
            {
                _failed++;
                _errors.Add(item.Index, item.Error!);
                if (_errors.Count > ErrorsMax)
                {
                    _errors.RemoveAt(ErrorsMax);
                }
            }
        }
    }

    private void Tell(ItemRecord item)
    {
        ItemUpdate[]? full = null;
        lock (_gate)
        {
            _updates.Add(new ItemUpdate(item.Index, item.State, item.Attempt, item.Error));
            if (_updates.Count >= UpdatesMax)
            {
                full = [.. _updates];
                _updates.Clear();
            }
        }

        if (full is not null)
        {
            _execution.ReportItems(full);
        }
    }

    private void FlushUpdates()
    {
        ItemUpdate[] rest;
        lock (_gate)
        {
            rest = [.. _updates];
            _updates.Clear();
        }

        if (rest.Length > 0)
        {
            _execution.ReportItems(rest);
        }
    }
}
