using System.Diagnostics.Metrics;
using EasyQuant.Flow;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace EasyQuant.RunnerService.Grpc.Dispatch;

/// <summary>
/// Keeps node code that did not end after its cancel: each keeps a slot until it has really ended. Unhealthy while they hold all slots. Thread-safe.
/// </summary>
internal sealed partial class AbandonedNodes : IAbandonedWork, IHealthCheck, IDisposable
{
    // Less than the shutdown waits for its runs: they are to be given back.
    private static readonly TimeSpan s_stopGrace = TimeSpan.FromSeconds(3);

    private readonly ActiveRuns _runs;
    private readonly RunnerOptions _options;
    private readonly ILogger<AbandonedNodes> _logger;
    private readonly Meter _meter = new("EasyQuant.Work");
    private volatile bool _isStopping;

    public AbandonedNodes(ActiveRuns runs, IOptions<RunnerOptions> options, ILogger<AbandonedNodes> logger)
    {
        _runs = runs;
        _options = options.Value;
        _logger = logger;
        _meter.CreateObservableUpDownCounter(
            "easyquant.node.abandoned", () => _runs.AbandonedCount, "{node}", "Executions of nodes that did not end after their cancel, were given up and still go on.");
    }

    public TimeSpan CancelGrace => _isStopping && _options.CancelGrace > s_stopGrace ? s_stopGrace : _options.CancelGrace;

    /// <summary>Gets whether no slot is left for work.</summary>
    public bool HoldAllSlots => _runs.AbandonedCount >= _options.MaxConcurrentRuns;

    /// <summary>Says that the Runner takes nothing because of them; empty when it has slots.</summary>
    public string Refusal => HoldAllSlots ? $"{_runs.AbandonedCount} nodes that ignore their cancel hold all {_options.MaxConcurrentRuns} slots" : "";

    /// <summary>Notes that the Runner is about to end: from now on a cancelled node has little time.</summary>
    public void Stop() => _isStopping = true;

    public void Keep(AbandonedWork work)
    {
        LogAbandoned(work.RunId, work.NodeId, work.NodeType);
        _runs.Abandon(work.Execution);
        _ = WaitAsync(work);
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(HoldAllSlots ? HealthCheckResult.Unhealthy(Refusal) : HealthCheckResult.Healthy());

    public void Dispose() => _meter.Dispose();

    private async Task WaitAsync(AbandonedWork work)
    {
        await work.Execution.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        LogEnded(work.RunId, work.NodeId, work.NodeType);
    }

    [LoggerMessage(2026, LogLevel.Error, "Run {RunId}: node {NodeId} ({NodeType}) did not end after its cancel and was given up; it keeps a slot until it ends.")]
    private partial void LogAbandoned(string runId, string nodeId, string nodeType);

    [LoggerMessage(2027, LogLevel.Warning, "Run {RunId}: node {NodeId} ({NodeType}), which was given up, has ended; its slot is free.")]
    private partial void LogEnded(string runId, string nodeId, string nodeType);
}
