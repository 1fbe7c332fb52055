using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Engine;
using EasyQuant.Persistence.Faults;

namespace EasyQuant.BacktestService.Work;

/// <summary>One backtest: bars of a table or a panel, the engine here or a strategy of a user in the sandbox, result in pieces.</summary>
internal sealed class BacktestJob(BacktestLease lease, JobContext context) : IJob
{
    private double _progress;

    /// <inheritdoc />
    public double Progress => Volatile.Read(ref _progress);

    /// <inheritdoc />
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        CheckedSpec spec = await context.Specs.ReadBacktestAsync(lease.Spec, lease.ProjectId, cancellationToken);
        using JobMarket market = await JobData.ReadAsync(context, lease.ProjectId, spec, cancellationToken);
        Failpoints.Hit("backtest", ".loaded");
        JobResult result = spec.Source is { } source
            ? await RunInSandboxAsync(spec, source, market, cancellationToken)
            : await Task.Run(() => Compute(spec, market, cancellationToken), cancellationToken);
        Failpoints.Hit("backtest", ".computed");
        return await context.Leases.SucceedAsync(lease, result, cancellationToken);
    }

    private JobResult Compute(CheckedSpec spec, JobMarket market, CancellationToken cancellationToken)
    {
        MarketPanel panel = market.Panel(cancellationToken);
        BacktestResult result = Backtester.Run(
            panel, spec.Strategy, (JsonObject)spec.Parameters.DeepClone(), spec.Settings, spec.Rules.Book, (done, total) => Report((double)done / total), cancellationToken);
        PerformanceReport report = PerformanceReport.Of(result, panel, null, ReportOptions.Default);
        var summary = new ResultSummary(MetricsJson.Write(result.Statistics), result.Manifest.ToJson(), 0);
        return ToResult(summary, [.. BacktestTables.Chunks(result, panel, report, [])], BacktestTables.Documents(result, panel, report), market, Trial.Of(result, spec.Family));
    }

    private async Task<JobResult> RunInSandboxAsync(
        CheckedSpec spec, SourceRecord source, JobMarket market, CancellationToken cancellationToken)
    {
        (IReadOnlyList<ResultChunk> chunks, IReadOnlyList<ResultDocument> documents, ResultSummary? summary) = await context.Users.RunAsync(
            SandboxJobs.Of(spec, source, null), source.Assembly, source.Symbols, market.ForSandbox, Report, _ => ValueTask.CompletedTask, cancellationToken);
        ResultSummary answer = summary ?? throw new Sandbox.SandboxException("STRATEGY_OUTPUT_INVALID", "The strategy's process ended without a result.");
        return ToResult(answer, chunks, documents, market, TrialReader.Read(answer.Trial, spec.Family));
    }

    private JobResult ToResult(
        ResultSummary summary, IReadOnlyList<ResultChunk> chunks, IReadOnlyList<ResultDocument> documents, JobMarket market, Trial? trial)
    {
        summary.Metrics["missing_bar_count"] = market.MissingBarCount;
        summary.Manifest["data"] = market.Describe();
        return new JobResult(
            summary.Metrics.ToJsonString(),
            summary.Manifest.ToJsonString(),
            summary.FaultCount,
            chunks,
            documents,
            trial is null ? null : new CountedTrial(context.NewId(), trial));
    }

    private void Report(double share) => Volatile.Write(ref _progress, share);
}
