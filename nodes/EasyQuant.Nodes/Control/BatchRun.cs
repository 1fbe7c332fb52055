using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>One execution of a fan-out: hands out items to its threads, applies retry, timeout and failure policy, keeps every item's state.</summary>
internal sealed class BatchRun
{
    private const int UpdatesMax = 256;

    private readonly BatchSchedulerParameters _parameters;
    private readonly NodeExecution _execution;
    private readonly IChildRunner _children;
    private readonly Func<int, JsonNode?> _itemAt;
    private readonly BatchItem[] _items;
    private readonly List<ItemUpdate> _updates = [];
    private readonly Lock _gate = new();
    private readonly int _failedMax;
    private int _next = -1;
    private int _done;
    private int _failed;

    public BatchRun(BatchSchedulerParameters parameters, NodeExecution execution, int count, Func<int, JsonNode?> itemAt)
    {
        _parameters = parameters;
        _execution = execution;
        _children = execution.Services.Require<IChildRunner>("a host that runs sub-workflows");
        _itemAt = itemAt;
        _items = new BatchItem[count];
        for (int i = 0; i < count; i++)
        {
            _items[i] = new BatchItem();
        }

        _failedMax = parameters.OnFailure switch
        {
            BatchFailurePolicy.Stop => 0,
            BatchFailurePolicy.Continue => count,
            _ => (int)Math.Floor(count * parameters.ToleratePercent / 100),
        };
    }

    public IReadOnlyList<BatchItem> Items => _items;

    /// <summary>Runs all items, or stops when too many failed.</summary>
    /// <exception cref="NodeException"><c>ITEMS_FAILED</c>.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int workers = _parameters.Mode == BatchMode.Inline ? 1 : Math.Min(_parameters.Concurrency, _items.Length);
        if (workers <= 1)
        {
            await WorkAsync(stop);
        }
        else
        {
            // Own threads, because handlers that compute or block would starve the pool; what waits asynchronously continues on the pool.
            Task[] tasks = new Task[workers];
            for (int i = 0; i < workers; i++)
            {
                tasks[i] = Task.Factory.StartNew(
                    () => WorkAsync(stop), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).Unwrap();
            }

            await Task.WhenAll(tasks);
        }

        foreach (BatchItem item in _items)
        {
            if (item.State is ItemState.Pending or ItemState.Running)
            {
                item.State = ItemState.Cancelled;
            }
        }

        Flush();
        cancellationToken.ThrowIfCancellationRequested();
        if (_failed > _failedMax)
        {
            int first = Array.FindIndex(_items, i => i.State == ItemState.Failed);
            StepError error = _items[first].Error!;
            throw new NodeException(
                "ITEMS_FAILED", $"{_failed} of {_items.Length} items failed, {_failedMax} are tolerated; item {first}: {error.Reason}: {error.Message}", error.IsTransient);
        }
    }

    private async Task WorkAsync(CancellationTokenSource stop)
    {
        while (!stop.IsCancellationRequested)
        {
            int index = Interlocked.Increment(ref _next);
            if (index >= _items.Length)
            {
                return;
            }

            try
            {
                await RunItemAsync(index, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }

            int done = Interlocked.Increment(ref _done);
            if (_items[index].State == ItemState.Failed && Interlocked.Increment(ref _failed) > _failedMax)
            {
                await stop.CancelAsync();
            }

            Note(index);
            _execution.Progress(done, _items.Length);
        }
    }

    private async ValueTask RunItemAsync(int index, CancellationToken cancellationToken)
    {
        BatchItem item = _items[index];
        item.State = ItemState.Running;
        for (int attempt = 1; ; attempt++)
        {
            item.Attempt = attempt;
            item.Error = null;
            try
            {
                item.Result = await AttemptAsync(index, cancellationToken);
                item.Error = item.Result.Error;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                item.Error = new StepError("ITEM_TIMEOUT", $"Item {index} did not finish within {_parameters.ItemTimeout} s.", null, true);
            }
            catch (NodeException e)
            {
                item.Error = StepErrors.From(e, null);
            }

            if (item.Error is null)
            {
                item.State = ItemState.Succeeded;
                return;
            }

            if (attempt >= _parameters.ItemAttempts)
            {
                item.State = ItemState.Failed;
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(_parameters.ItemRetryDelay), _execution.Services.Time, cancellationToken);
        }
    }

    private async ValueTask<ChildRunResult> AttemptAsync(int index, CancellationToken cancellationToken)
    {
        JsonNode? item = _itemAt(index);
        JsonNode? inputs = _parameters.Params is { } template ? _execution.Evaluate(template, item) : item;
        var request = new ChildRunRequest
        {
            Workflow = _parameters.Workflow,
            Version = _parameters.Version,
            Context = _execution.Run with { Inputs = ChildInputs.From(inputs), ItemPath = ChildInputs.Path(_execution, index) },
            Services = _execution.Services,
        };
        if (_parameters.ItemTimeout is not { } seconds)
        {
            return await _children.RunAsync(request, cancellationToken);
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), _execution.Services.Time);
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        return await _children.RunAsync(request, linked.Token);
    }

    private void Note(int index)
    {
        BatchItem item = _items[index];
        ItemUpdate[]? full = null;
        lock (_gate)
        {
            _updates.Add(new ItemUpdate(index, item.State, item.Attempt, item.Error));
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

    private void Flush()
    {
        for (int i = 0; i < _items.Length; i++)
        {
            if (_items[i].State == ItemState.Cancelled)
            {
                Note(i);
            }
        }

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
