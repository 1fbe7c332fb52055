using System.Collections.Concurrent;

namespace EasyQuant.Flow;

/// <summary>Keeps prepared graphs of one workflow for reuse, one for each thread that needs one. Thread-safe.</summary>
public sealed class GraphPool
{
    private const int IdleMax = 64;

    private readonly ConcurrentBag<PreparedGraph> _idle = [];
    private readonly NodeCatalog _catalog;

    /// <summary>Creates a pool and prepares the first graph.</summary>
    /// <exception cref="WorkflowInvalidException">The workflow is not valid.</exception>
    public GraphPool(WorkflowDefinition definition, NodeCatalog catalog)
    {
        Definition = definition;
        _catalog = catalog;
        _idle.Add(PreparedGraph.Prepare(definition, catalog));
    }

    /// <summary>The workflow.</summary>
    public WorkflowDefinition Definition { get; }

    /// <summary>Executes the workflow on an idle graph, or on a new one.</summary>
    /// <param name="context">The run and its inputs.</param>
    /// <param name="services">What the host lends to nodes.</param>
    /// <param name="options">Options; null for a plain, warm execution.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <exception cref="WorkflowInvalidException">The inputs are not what the workflow declares.</exception>
    public ValueTask<RunResult> ExecuteAsync(RunContext context, NodeServices services, RunOptions? options, CancellationToken cancellationToken)
    {
        if (!_idle.TryTake(out PreparedGraph? graph))
        {
            graph = PreparedGraph.Prepare(Definition, _catalog);
        }

        ValueTask<RunResult> run;
        try
        {
            run = options is null
                ? graph.ExecuteAsync(context, services, cancellationToken)
                : graph.ExecuteAsync(context, services, options, cancellationToken);
        }
        catch
        {
            Return(graph);
            throw;
        }

        if (!run.IsCompletedSuccessfully)
        {
            return AwaitAsync(run, graph);
        }

        RunResult result = run.Result;
        Return(graph);
        return new ValueTask<RunResult>(result);
    }

    private async ValueTask<RunResult> AwaitAsync(ValueTask<RunResult> run, PreparedGraph graph)
    {
        try
        {
            return await run;
        }
        finally
        {
            Return(graph);
        }
    }

    private void Return(PreparedGraph graph)
    {
        if (graph.IsReusable && _idle.Count < IdleMax)
        {
            _idle.Add(graph);
        }
    }
}
