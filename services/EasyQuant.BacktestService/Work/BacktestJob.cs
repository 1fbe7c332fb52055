using System.Text.Json.Nodes;
using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Data;
using EasyQuant.Engine;
using EasyQuant.Persistence.Faults;

namespace EasyQuant.BacktestService.Work;

/// <summary>One computation: bars from the database, engine, result as table files.</summary>
internal sealed class BacktestJob(BacktestLease lease, DataCatalog catalog, BarRows bars, int barCountMax)
{
    private double _progress;

    /// <summary>Share of the days done, 0 to 1. Thread-safe.</summary>
    public double Progress => Volatile.Read(ref _progress);

    /// <summary>Reads the bars and runs the engine.</summary>
    public async Task<JobResult> RunAsync(CancellationToken cancellationToken)
    {
        CheckedSpec spec = SpecReader.ReadStored(lease.Spec);
        DataTable table = await catalog.RequireAsync(lease.ProjectId, spec.Table, cancellationToken);
        BarRows.RequireBars(table);
        Table rows = await bars.ReadAsync(table, spec.Filter, barCountMax, cancellationToken);
        Failpoints.Hit("backtest", ".loaded");
        return await Task.Run(() => Compute(rows, spec, cancellationToken), cancellationToken);
    }

    private JobResult Compute(Table rows, CheckedSpec spec, CancellationToken cancellationToken)
    {
        MarketPanel panel = DailyPanelReader.Read(rows);
        BacktestResult result = Backtester.Run(
            panel,
            spec.Strategy,
            (JsonObject)spec.Parameters.DeepClone(),
            spec.Settings,
            (done, total) => Volatile.Write(ref _progress, (double)done / total),
            cancellationToken);
        return new JobResult(
            MetricsJson.Write(result.Statistics).ToJsonString(),
            result.Manifest.ToJson().ToJsonString(),
            TableFile.ToBytes(ResultTables.Equity(result)),
            TableFile.ToBytes(ResultTables.Trades(result, panel)));
    }
}
