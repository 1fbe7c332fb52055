namespace EasyQuant.Flow;

/// <summary>One node of a prepared graph with everything that its executions reuse.</summary>
internal sealed class PreparedStep
{
    private readonly bool[] _isRequired;

    public PreparedStep(WorkflowNode node, NodeDefinition definition, NodeBinding binding, int position, PortRef[] sources, PortRef[] reads)
    {
        Node = node;
        Definition = definition;
        Binding = binding;
        Position = position;
        Sources = sources;
        Reads = reads;
        FixedHandler = binding.FixedHandler;
        Execution = new NodeExecution(node.Id, definition);
        IsPlain = node.Retry is not { MaxAttempts: > 1 } && node.Timeout is null;
        _isRequired = [.. definition.Inputs.Select(p => p.Required)];
    }

    public WorkflowNode Node { get; }

    public NodeDefinition Definition { get; }

    public NodeBinding Binding { get; }

    public INodeHandler? FixedHandler { get; }

    public NodeExecution Execution { get; private set; }

    /// <summary>Gets whether a handler was given up that may still go on.</summary>
    public bool IsAbandoned { get; private set; }

    public int Position { get; }

    /// <summary>Gets where each input comes from; the node is a position in the order.</summary>
    public PortRef[] Sources { get; }

    /// <summary>Gets what its expressions read.</summary>
    public PortRef[] Reads { get; }

    /// <summary>Gets whether an execution needs neither retry nor timeout.</summary>
    public bool IsPlain { get; }

    public StepState State { get; set; }

    /// <summary>Gets or sets the rows of a step that finished in an earlier execution.</summary>
    public long RestoredRows { get; set; }

    /// <summary>Gets the node, failed or cancelled alone, because of which the step has no outputs: itself, or one that it depends on; null for none.</summary>
    public string? Culprit { get; private set; }

    /// <summary>Notes that the step failed, or was cancelled without its run.</summary>
    public void Fail(StepState state = StepState.Failed)
    {
        State = state;
        Culprit = Node.Id;
        Array.Fill(Execution.Outputs, NodeValue.Skipped);
    }

    /// <summary>Leaves the execution to a handler that was given up: what it says and puts out from now on reaches nobody.</summary>
    public void Abandon()
    {
        Execution.Observer = null;
        Execution = new NodeExecution(Node.Id, Definition) { Attempt = Execution.Attempt };
        IsAbandoned = true;
    }

    /// <summary>Finds out whether a step before this one, by an edge or an expression, failed, was cancelled, or was skipped because of that.</summary>
    public bool IsBlocked(PreparedStep[] steps)
    {
        Culprit ??= CulpritOf(Sources, steps) ?? CulpritOf(Reads, steps);
        return Culprit is not null;
    }

    private static string? CulpritOf(PortRef[] ports, PreparedStep[] steps)
    {
        foreach (PortRef port in ports)
        {
            if (!port.IsNone && steps[port.Node].Culprit is { } culprit)
            {
                return culprit;
            }
        }

        return null;
    }

    /// <summary>Copies the inputs from the steps before.</summary>
    /// <returns>False when everything that could come in was skipped, so that this step is skipped too.</returns>
    public bool Gather(PreparedStep[] steps)
    {
        PortRef[] sources = Sources;
        NodeValue[] inputs = Execution.Inputs;
        bool hasRequired = false;
        bool hasRequiredValue = false;
        bool hasConnected = false;
        bool hasValue = false;
        for (int i = 0; i < sources.Length; i++)
        {
            PortRef source = sources[i];
            if (source.IsNone)
            {
                inputs[i] = default;
                continue;
            }

            NodeValue value = steps[source.Node].Execution.Outputs[source.Port];
            inputs[i] = value;
            bool isThere = !value.IsEmpty;
            hasConnected = true;
            hasValue |= isThere;
            hasRequired |= _isRequired[i];
            hasRequiredValue |= _isRequired[i] & isThere;
        }

        return !hasConnected || (hasRequired ? hasRequiredValue : hasValue);
    }

    /// <summary>Gets whether an input or a value read by an expression is a stored table.</summary>
    public bool NeedsLoading(PreparedStep[] steps)
    {
        foreach (PortRef source in Sources)
        {
            if (!source.IsNone && steps[source.Node].Execution.Outputs[source.Port].IsArtifact)
            {
                return true;
            }
        }

        foreach (PortRef read in Reads)
        {
            if (read.Port >= 0 && steps[read.Node].Execution.Outputs[read.Port].IsArtifact)
            {
                return true;
            }
        }

        return false;
    }

    public void Restore(FinishedStep finished)
    {
        State = finished.State;
        Culprit = finished.State is StepState.Failed or StepState.Cancelled ? Node.Id : null;
        RestoredRows = finished.RowsOut;
        for (int i = 0; i < Definition.Outputs.Count; i++)
        {
            Execution.Outputs[i] = finished.State == StepState.Succeeded && finished.Outputs.TryGetValue(Definition.Outputs[i].Name, out NodeValue value)
                ? value
                : NodeValue.Skipped;
        }
    }

    public void Clear()
    {
        State = StepState.Pending;
        Culprit = null;
        RestoredRows = 0;
        Execution.ClearOutputs();
        Array.Clear(Execution.Inputs);
    }

    /// <summary>Gets the counts that the handler told, completed from the tables that went in and out.</summary>
    public StepMetrics Metrics()
    {
        StepMetrics told = Execution.Metrics;
        return new StepMetrics(
            told.RowsIn != 0 ? told.RowsIn : Rows(Execution.Inputs),
            told.RowsOut != 0 ? told.RowsOut : RestoredRows != 0 ? RestoredRows : Rows(Execution.Outputs),
            told.QualityScore);
    }

    private static long Rows(NodeValue[] values)
    {
        long rows = 0;
        foreach (NodeValue value in values)
        {
            rows += value.IsTable ? value.AsTable().RowCount : value.IsArtifact ? value.AsArtifact().RowCount : 0;
        }

        return rows;
    }
}
