using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Data;
using EasyQuant.ServiceDefaults.Errors;
using StatusCode = global::Grpc.Core.StatusCode;

namespace EasyQuant.BacktestService.Work;

/// <summary>Reads the bars of a spec.</summary>
internal static class JobData
{
    /// <summary>Reads the bars, checked, ordered by symbol and date, with the count of holes.</summary>
    /// <exception cref="RpcError">The table is gone, or has holes that the spec refuses.</exception>
    public static async Task<(Table Bars, long MissingBarCount)> ReadAsync(
        JobContext context, string projectId, CheckedSpec spec, CancellationToken cancellationToken)
    {
        DataTable table = await context.Catalog.RequireAsync(projectId, spec.Table, cancellationToken);
        BarRows.RequireBars(table);
        Table rows = await context.Bars.ReadAsync(table, spec.Filter, context.Options.BarCountMax, cancellationToken);
        BarHoles holes = BarHoles.Find(rows);
        return holes.Count == 0 || !spec.RefusesHoles
            ? (rows, holes.Count)
            : throw new RpcError(
                StatusCode.FailedPrecondition,
                "DATA_HOLES",
                $"{holes.Count} bars are missing between the first and the last bar of their symbols; the first is {holes.FirstSymbol} on {holes.FirstDate:yyyy-MM-dd}.");
    }
}
