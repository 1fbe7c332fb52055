namespace EasyQuant.Flow;

/// <summary>
/// The warm runner: a workflow whose handlers are built and whose parameters are bound, ready to execute again and again without set-up. It executes the
/// steps one after another in topological order, so the same inputs give the same outputs. A failed step fails the run at its end: what does not depend on
/// it runs all the same, what does is skipped with <c>UPSTREAM_FAILED</c>; so it is with a step that is cancelled alone. One execution at a time: prepare one
/// graph for each thread.
/// </summary>
public sealed class PreparedGraph
{
    private static readonly RunOptions s_plain = new();

    private readonly PreparedStep[] _steps;
    private readonly PortRef[] _outputs;
    private readonly string[] _outputNames;
    private readonly GraphScope _scope;
    private int _busy;

    private PreparedGraph(WorkflowDefinition definition, PreparedStep[] steps, PortRef[] outputs, GraphScope scope)
    {
        Definition = definition;
        _steps = steps;
        _outputs = outputs;
        _scope = scope;
        _outputNames = [.. definition.Outputs.Select(o => o.Name)];
    }

    /// <summary>The workflow.</summary>
    public WorkflowDefinition Definition { get; }

    /// <summary>Whether it can execute again: not when a handler was given up, which may still use what the graph holds.</summary>
    public bool IsReusable => !Array.Exists(_steps, step => step.IsAbandoned);

    /// <summary>Ids of the nodes in the order in which they run.</summary>
    public IReadOnlyList<string> Order => Array.ConvertAll(_steps, s => s.Node.Id);

    /// <summary>Validates a workflow and prepares it. Workflows that it calls are checked when they are prepared.</summary>
    /// <param name="definition">The workflow.</param>
    /// <param name="catalog">Node types and the code that makes their handlers.</param>
    /// <exception cref="WorkflowInvalidException">It is not valid.</exception>
    public static PreparedGraph Prepare(WorkflowDefinition definition, NodeCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var errors = new FlowErrorList();
        GraphModel model = GraphModel.Build(definition, catalog, errors);
        if (errors.Count > 0)
        {
            throw new WorkflowInvalidException(errors.Errors);
        }

        int[] positions = new int[model.Order.Length];
        for (int i = 0; i < positions.Length; i++)
        {
            positions[model.Order[i]] = i;
        }

        var scope = new GraphScope(definition);
        var steps = new PreparedStep[positions.Length];
        for (int i = 0; i < steps.Length; i++)
        {
            int index = model.Order[i];
            WorkflowNode node = definition.Nodes[index];
            NodeDefinition type = model.Types[index]!;
            NodeBinding binding = Bind(catalog, type, node, index, errors);
            PortRef[] reads = model.Reads[index] is { } found ? [.. found.Select(r => Move(r, positions))] : [];
            steps[i] = new PreparedStep(node, type, binding, i, Array.ConvertAll(model.Sources[index], s => Move(s, positions)), reads);
            scope.Add(steps[i]);
        }

        if (errors.Count > 0)
        {
            throw new WorkflowInvalidException(errors.Errors);
        }

        return new PreparedGraph(definition, steps, Array.ConvertAll(model.Outputs, o => Move(o, positions)), scope);
    }

    /// <summary>Executes the graph once, without observer.</summary>
    /// <param name="context">The run and its inputs.</param>
    /// <param name="services">What the host lends to nodes.</param>
    /// <param name="cancellationToken">Cancels the run: it ends as <see cref="RunState.Cancelled"/>.</param>
    /// <exception cref="WorkflowInvalidException">The inputs are not what the workflow declares.</exception>
    /// <exception cref="InvalidOperationException">It is executing already.</exception>
    public ValueTask<RunResult> ExecuteAsync(RunContext context, NodeServices services, CancellationToken cancellationToken) =>
        ExecuteAsync(context, services, s_plain, cancellationToken);

    /// <summary>Executes the graph once.</summary>
    /// <param name="context">The run and its inputs.</param>
    /// <param name="services">What the host lends to nodes.</param>
    /// <param name="options">Observer, steps finished earlier, a single node, pause.</param>
    /// <param name="cancellationToken">Cancels the run: it ends as <see cref="RunState.Cancelled"/>.</param>
    /// <exception cref="WorkflowInvalidException">The inputs are not what the workflow declares, or <see cref="RunOptions.OnlyNode"/> does not exist.</exception>
    /// <exception cref="InvalidOperationException">It is executing already.</exception>
    public ValueTask<RunResult> ExecuteAsync(RunContext context, NodeServices services, RunOptions options, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            throw new InvalidOperationException($"The graph of '{Definition.Name}' is executing; prepare another one for a second thread.");
        }

        bool isOver = true;
        try
        {
            _scope.Begin(Definition, context);
            if (!ReferenceEquals(options, s_plain))
            {
                CheckOptions(options);
                isOver = false;
                return ContinueAsync(0, null, null, context, services, options, cancellationToken);
            }

            return ExecutePlain(context, services, cancellationToken, ref isOver);
        }
        finally
        {
            if (isOver)
            {
                End();
            }
        }
    }

    // As long as steps end at once and well. Leaves the rest to ContinueAsync, and is not over then.
    private ValueTask<RunResult> ExecutePlain(RunContext context, NodeServices services, CancellationToken cancellationToken, ref bool isOver)
    {
        for (int i = 0; i < _steps.Length; i++)
        {
            PreparedStep step = _steps[i];
            if (cancellationToken.IsCancellationRequested)
            {
                return new ValueTask<RunResult>(Result(RunState.Cancelled, null));
            }

            if (!step.IsPlain)
            {
                isOver = false;
                return ContinueAsync(i, null, null, context, services, s_plain, cancellationToken);
            }

            if (!step.Gather(_steps))
            {
                step.State = StepState.Skipped;
                continue;
            }

            step.Execution.Begin(context, services, null, _scope, CancellationToken.None);
            ValueTask work;
            try
            {
                work = (step.FixedHandler ?? step.Binding.Handler(_scope)).RunAsync(step.Execution, cancellationToken);
                if (work.IsCompleted)
                {
                    work.GetAwaiter().GetResult();
                    step.State = StepState.Succeeded;
                    continue;
                }
            }
            catch (Exception e)
            {
                // The handler is foreign code: whatever it throws is the outcome of the step, not of the host.
                if (Fail(step, e, cancellationToken) is not { } failure)
                {
                    return new ValueTask<RunResult>(Result(RunState.Cancelled, null));
                }

                isOver = false;
                return ContinueAsync(i + 1, null, failure, context, services, s_plain, cancellationToken);
            }

            isOver = false;
            return ContinueAsync(i, work, null, context, services, s_plain, cancellationToken);
        }

        return new ValueTask<RunResult>(Result(RunState.Succeeded, null));
    }

    private static NodeBinding Bind(NodeCatalog catalog, NodeDefinition type, WorkflowNode node, int index, FlowErrorList errors)
    {
        try
        {
            return NodeBinding.Create(catalog, type, node.Id, node.Params);
        }
        catch (NodeException e)
        {
            errors.Add(e.Reason, node.Id, $"/nodes/{index}/params", e.Message);
            return null!;
        }
    }

    private static PortRef Move(PortRef port, int[] positions) => port.IsNone ? port : port with { Node = positions[port.Node] };

    private async ValueTask<RunResult> ContinueAsync(
        int at, ValueTask? pending, StepError? failure, RunContext context, NodeServices services, RunOptions options, CancellationToken cancellationToken)
    {
        try
        {
            if (pending is { } begun)
            {
                PreparedStep first = _steps[at++];
                failure = await FinishAsync(first, begun, cancellationToken);
                if (first.State == StepState.Cancelled)
                {
                    return Result(RunState.Cancelled, null);
                }
            }

            var runner = new StepRunner(_steps, _scope, context, services, options);
            for (; at < _steps.Length; at++)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    return Result(RunState.Cancelled, null);
                }

                if (options.PauseToken.IsCancellationRequested)
                {
                    return Result(RunState.Paused, null);
                }

                PreparedStep step = _steps[at];
                if (IsLeftOut(step, options, ref failure))
                {
                    continue;
                }

                bool hasInputs = step.Gather(_steps);
                if (options.OnlyNode is not null)
                {
                    Pin(step, options.PinnedInputs);
                }
                else if ((failure is not null && step.IsBlocked(_steps)) || !hasInputs)
                {
                    await runner.SkipAsync(step, cancellationToken);
                    continue;
                }

                StepError? error = await runner.RunAsync(step, cancellationToken);
                if (error is null && step.State is (StepState.Cancelled or StepState.Pending))
                {
                    return Result(step.State == StepState.Cancelled ? RunState.Cancelled : RunState.Paused, null);
                }

                failure ??= error;
            }

            return failure is null ? Result(RunState.Succeeded, null) : Result(RunState.Failed, failure);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Result(RunState.Cancelled, null);
        }
        finally
        {
            End();
        }
    }

    // Returns why the step failed that the fast path began; null when it did not.
    private static async ValueTask<StepError?> FinishAsync(PreparedStep step, ValueTask begun, CancellationToken cancellationToken)
    {
        try
        {
            await begun;
            step.State = StepState.Succeeded;
            return null;
        }
        catch (Exception e)
        {
            // As above: the outcome of the step.
            return Fail(step, e, cancellationToken);
        }
    }

    // Whether the step is not executed now: it ended in an earlier execution, or another one is to run alone.
    private bool IsLeftOut(PreparedStep step, RunOptions options, ref StepError? failure)
    {
        bool isOnly = options.OnlyNode == step.Node.Id;
        if (!isOnly && options.Finished.TryGetValue(step.Node.Id, out FinishedStep? finished))
        {
            StepError? earlier = Restore(step, finished);
            failure ??= options.OnlyNode is null ? earlier : null;
            return true;
        }

        return options.OnlyNode is not null && !isOnly;
    }

    // Returns why the step of an earlier execution failed or was cancelled; null when it was not.
    private StepError? Restore(PreparedStep step, FinishedStep finished)
    {
        step.Restore(finished);
        if (finished.State == StepState.Cancelled)
        {
            return finished.Error ?? StepErrors.Cancelled(step.Node.Id);
        }

        if (finished.State != StepState.Failed)
        {
            // A step that was skipped because of a failure blocks those behind it again.
            if (finished.State == StepState.Skipped)
            {
                step.IsBlocked(_steps);
            }

            return null;
        }

        return finished.Error ?? new StepError("NODE_FAILED", $"Node '{step.Node.Id}' failed in an earlier execution.", step.Node.Id);
    }

    private void CheckOptions(RunOptions options)
    {
        if (options.OnlyNode is not { } only)
        {
            return;
        }

        PreparedStep step = _steps.FirstOrDefault(s => s.Node.Id == only)
            ?? throw new WorkflowInvalidException([new FlowError("UNKNOWN_NODE", only, "", $"There is no node '{only}'.")]);
        foreach (string port in options.PinnedInputs.Keys)
        {
            if (step.Definition.InputIndex(port) < 0)
            {
                throw new WorkflowInvalidException([new FlowError("UNKNOWN_PORT", only, "/" + port, $"Node '{only}' has no input '{port}'.")]);
            }
        }
    }

    private static void Pin(PreparedStep step, IReadOnlyDictionary<string, NodeValue> pinned)
    {
        foreach ((string port, NodeValue value) in pinned)
        {
            step.Execution.Inputs[step.Definition.InputIndex(port)] = value;
        }
    }

    // Returns null when the step was cancelled with the run.
    private static StepError? Fail(PreparedStep step, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
        {
            step.State = StepState.Cancelled;
            return null;
        }

        step.Fail();
        return StepErrors.From(exception, step.Node.Id);
    }

    private RunResult Result(RunState state, StepError? error)
    {
        if (_outputs.Length == 0)
        {
            return new RunResult(state, error, _outputNames, []);
        }

        var values = new NodeValue[_outputs.Length];
        for (int i = 0; i < values.Length; i++)
        {
            PreparedStep step = _steps[_outputs[i].Node];
            values[i] = step.State == StepState.Succeeded ? step.Execution.Outputs[_outputs[i].Port] : default;
        }

        return new RunResult(state, error, _outputNames, values);
    }

    private void End()
    {
        if (!IsReusable)
        {
            return;
        }

        foreach (PreparedStep step in _steps)
        {
            step.Clear();
        }

        Volatile.Write(ref _busy, 0);
    }
}
