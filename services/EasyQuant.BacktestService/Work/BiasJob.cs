using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Sandbox;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Engine;
using EasyQuant.ServiceDefaults.Errors;

namespace EasyQuant.BacktestService.Work;

/// <summary>The bias checks of one backtest: its bars are read again, and it is run again some hundred times, here or in the sandbox.</summary>
internal sealed class BiasJob(BacktestLease lease, JobContext context) : IJob
{
    private double _progress;

    /// <inheritdoc />
    public double Progress => Volatile.Read(ref _progress);

    /// <inheritdoc />
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        (Guid backtestId, BiasOptions options) = BiasReader.ReadStored(lease.Spec);
        BacktestRecord backtest = await context.Backtests.FindAsync(lease.ProjectId, backtestId, cancellationToken)
            ?? throw RpcError.NotFound("BACKTEST_NOT_FOUND", $"There is no backtest \"{backtestId}\" in this project any more.");
        CheckedSpec spec = await context.Specs.ReadBacktestAsync(backtest.Spec, lease.ProjectId, cancellationToken);
        using JobMarket market = await JobData.ReadAsync(context, lease.ProjectId, spec, cancellationToken);
        JsonObject report = spec.Source is { } source
            ? await RunInSandboxAsync(spec, source, options, market, cancellationToken)
            : await Task.Run(() => Compute(spec, options, market, cancellationToken), cancellationToken);
        return await context.Leases.SucceedPlainAsync(lease, report.ToJsonString(), [], cancellationToken);
    }

    private JsonObject Compute(CheckedSpec spec, BiasOptions options, JobMarket market, CancellationToken cancellationToken)
    {
        MarketPanel panel = market.Panel(cancellationToken);
        StrategyBinding binding = StrategyCatalog.Bind(spec.Strategy, (JsonObject)spec.Parameters.DeepClone());
        var manifest = new BacktestManifest(
            FastEngine.Version, spec.Rules.Book.Version, panel.ContentSha256, spec.Strategy, binding.Parameters, spec.Settings);
        var subject = new BiasSubject(panel, _ => binding.Create(), spec.Settings, spec.Rules.Book);
        return BiasChecks.Run(
            subject, Trial.KeyOf(manifest), options, (done, total) => Report((double)done / total), cancellationToken).ToJson();
    }

    private async Task<JsonObject> RunInSandboxAsync(
        CheckedSpec spec, SourceRecord source, BiasOptions options, JobMarket market, CancellationToken cancellationToken)
    {
        (_, _, ResultSummary? summary) = await context.Users.RunAsync(
            SandboxJobs.Of(spec, source, null, options), source.Assembly, source.Symbols, market.ForSandbox, Report, _ => ValueTask.CompletedTask, cancellationToken);
        return summary?.Metrics ?? throw new SandboxException("STRATEGY_OUTPUT_INVALID", "The strategy's process ended without verdicts.");
    }

    private void Report(double share) => Volatile.Write(ref _progress, share);
}
