using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Data;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Sets backtests side by side. Thread-safe.</summary>
internal sealed class BacktestComparison(ResultStore results, BacktestLookup lookup)
{
    private const int BacktestsMax = 20;
    private const int PointsMax = 5_000;
    private const int PointsDefault = 500;

    // 200 years of daily bars; a longer curve is compared by its first part.
    private const int CurveRowsMax = 50_000;

    /// <summary>Answers CompareBacktests.</summary>
    public async Task<CompareBacktestsResponse> CompareAsync(CompareBacktestsRequest request, ServerCallContext context)
    {
        if (request.BacktestIds.Count is < 2 or > BacktestsMax)
        {
            throw RpcError.Invalid("COUNT_OUT_OF_RANGE", "backtest_ids", $"2 to {BacktestsMax} backtests are compared, got {request.BacktestIds.Count}.");
        }

        int points = request.PointCountMax == 0 ? PointsDefault : request.PointCountMax;
        if (points is < 2 or > PointsMax)
        {
            throw RpcError.Invalid("COUNT_OUT_OF_RANGE", "point_count_max", $"point_count_max must be 2 to {PointsMax}, was {points}.");
        }

        var response = new CompareBacktestsResponse();
        foreach (string backtestId in request.BacktestIds)
        {
            BacktestRecord record = await lookup.FindSucceededAsync(backtestId, context);
            (Table Rows, long Total)? equity = await results.ReadAsync(
                record.ProjectId, record.BacktestId, ResultNames.Equity, 0, CurveRowsMax, context.CancellationToken);
            Backtest backtest = BacktestWriter.Write(record);
            response.Backtests.Add(new ComparedBacktest
            {
                BacktestId = backtest.BacktestId,
                Strategy = backtest.Spec.Strategy,
                Parameters = backtest.Manifest.Fields.TryGetValue("parameters", out Value? parameters) ? parameters.StructValue : backtest.Spec.Parameters,
                Metrics = backtest.Metrics,
                Trials = backtest.Trials,
                Curve = TableWriter.Write(CurveOf(equity?.Rows ?? throw BacktestLookup.NotReady(record), points)),
            });
        }

        return response;
    }

    private static Table CurveOf(Table equity, int pointCountMax)
    {
        TableBuilder builder = new([new ColumnSchema("trading_date", ColumnType.Date), new ColumnSchema("growth", ColumnType.Float64)]);
        DateColumn dates = equity.GetColumn<DateColumn>("trading_date");
        DecimalColumn values = equity.GetColumn<DecimalColumn>("equity");
        int last = equity.RowCount - 1;
        int step = Math.Max(1, (int)Math.Ceiling(last / (double)(pointCountMax - 1)));
        for (int row = 0; row <= last; row = row == last ? last + 1 : Math.Min(row + step, last))
        {
            builder[0].Append(dates.GetDate(row));
            builder[1].Append(values.Units[0] == 0 ? 0 : (double)values.Units[row] / values.Units[0]);
        }

        return builder.Build();
    }
}
