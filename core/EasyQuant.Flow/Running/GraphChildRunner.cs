using System.Collections.Concurrent;
using System.Diagnostics;

namespace EasyQuant.Flow;

/// <summary>
/// Runs sub-workflows in this process on pools of prepared graphs, made when a workflow is first called. Serve one run (or several that fix the same
/// versions) with one instance. Refuses recursion and nesting beyond <see cref="FlowLimits.DepthMax"/>. Thread-safe.
/// </summary>
public sealed class GraphChildRunner : IChildRunner
{
    private const int WorkflowsMax = 10_000;

    private readonly ConcurrentDictionary<(string Name, int Version), GraphPool> _pools = new();
    private readonly NodeCatalog _catalog;
    private readonly WorkflowResolver _resolve;
    private readonly ActivitySource? _activities;

    /// <summary>Creates the runner.</summary>
    /// <param name="catalog">Node types.</param>
    /// <param name="resolve">Finds workflows; called once for each name and version.</param>
    /// <param name="activities">Where children with <see cref="ChildRunRequest.IsTraced"/> start spans; null for nowhere.</param>
    public GraphChildRunner(NodeCatalog catalog, WorkflowResolver resolve, ActivitySource? activities)
    {
        _catalog = catalog;
        _resolve = resolve;
        _activities = activities;
    }

    /// <inheritdoc/>
    public ValueTask<ChildRunResult> RunAsync(ChildRunRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        RunContext parent = request.Context;
        if (parent.Ancestors.Contains(request.Workflow, StringComparer.Ordinal))
        {
            throw new NodeException("SUB_WORKFLOW_RECURSION", $"The workflow calls itself: {string.Join(" -> ", parent.Ancestors.Append(request.Workflow))}.");
        }

        if (parent.Depth >= FlowLimits.DepthMax)
        {
            throw new NodeException("LIMIT_EXCEEDED", $"Workflows may be nested {FlowLimits.DepthMax} deep: {string.Join(" -> ", parent.Ancestors.Append(request.Workflow))}.");
        }

        GraphPool pool = Pool(request.Workflow, request.Version ?? 0);
        RunContext context = parent with { Depth = parent.Depth + 1, Ancestors = [.. parent.Ancestors, request.Workflow] };
        RunOptions? options = request.IsTraced && _activities is not null ? new RunOptions { Activities = _activities } : null;
        ValueTask<RunResult> run;
        try
        {
            run = pool.ExecuteAsync(context, request.Services, options, cancellationToken);
        }
        catch (WorkflowInvalidException e)
        {
            return new ValueTask<ChildRunResult>(new ChildRunResult(StepErrors.From(e, null), [], []));
        }

        return run.IsCompletedSuccessfully ? new ValueTask<ChildRunResult>(Convert(run.Result, cancellationToken)) : AwaitAsync(run, cancellationToken);
    }

    private static async ValueTask<ChildRunResult> AwaitAsync(ValueTask<RunResult> run, CancellationToken cancellationToken) =>
        Convert(await run, cancellationToken);

    private static ChildRunResult Convert(RunResult result, CancellationToken cancellationToken)
    {
        if (result.State == RunState.Cancelled)
        {
            throw new OperationCanceledException(cancellationToken);
        }

        return new ChildRunResult(result.Error, result.OutputNames, result.Outputs);
    }

    private GraphPool Pool(string name, int version)
    {
        if (_pools.TryGetValue((name, version), out GraphPool? pool))
        {
            return pool;
        }

        WorkflowDefinition definition = _resolve(name, version)
            ?? throw new NodeException("SUB_WORKFLOW_NOT_FOUND", $"There is no workflow '{name}'{(version == 0 ? "" : $" version {version}")}.");
        if (_pools.Count >= WorkflowsMax)
        {
            throw new NodeException("LIMIT_EXCEEDED", $"A run may call {WorkflowsMax} workflows.");
        }

        try
        {
            return _pools.GetOrAdd((name, version), new GraphPool(definition, _catalog));
        }
        catch (WorkflowInvalidException e)
        {
            throw new NodeException("WORKFLOW_INVALID", $"Workflow '{name}': {e.Message}", transient: false, e);
        }
    }
}
