using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestSandbox.Plans;
using EasyQuant.BacktestService.Files;
using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.ServiceDefaults.Errors;
using StatusCode = global::Grpc.Core.StatusCode;

namespace EasyQuant.BacktestService.Work;

/// <summary>Reads the bars of a spec.</summary>
internal static class JobData
{
    /// <summary>Reads or maps the bars and counts holes. The caller disposes what it gets.</summary>
    /// <exception cref="RpcError">The table or panel is gone or damaged, has too many bars, or holes that the spec refuses.</exception>
    public static async Task<JobMarket> ReadAsync(JobContext context, string projectId, CheckedSpec spec, CancellationToken cancellationToken)
    {
        if (spec.Data.Panel is { } key)
        {
            return await Task.Run(() => Open(context, projectId, spec, key), cancellationToken);
        }

        DataTable table = await context.Catalog.RequireAsync(projectId, spec.Data.Table, cancellationToken);
        BarFilter filter = spec.Data.Filter;
        if (spec.Data.Plan.Ticks is { } plan)
        {
            return await ReadTicksAsync(context, table, spec, plan, cancellationToken);
        }

        BarRows.RequireBars(table);
        BarFilter warm = filter with { StartDate = await context.Bars.FirstDayAsync(table, filter, spec.Settings.WarmUpDays, cancellationToken) };
        Table rows = await context.Bars.ReadAsync(table, warm, context.Options.BarCountMax, cancellationToken);
        BarHoles holes = BarHoles.Find(rows);
        Refuse(spec, holes);
        SortedSet<int> days = [.. rows.GetColumn<DateColumn>(BarTable.TradingDate).Days.ToArray().Where(day => day >= EpochDays.FromDate(filter.StartDate))];
        return new JobMarket(spec.Data, rows, null, [.. days.Select(EpochDays.ToDate)], holes.Count);
    }

    private static async Task<JobMarket> ReadTicksAsync(
        JobContext context, DataTable table, CheckedSpec spec, TickPlan plan, CancellationToken cancellationToken)
    {
        TickRows.RequireTicks(table);
        BarFilter filter = spec.Data.Filter;
        // Which days warm a strategy up is known when all ticks before are.
        BarFilter warm = spec.Settings.WarmUpDays == 0 ? filter : filter with { StartDate = DateOnly.MinValue };
        Table rows = await context.Ticks.ReadAsync(table, warm, TimeSpan.FromMinutes(plan.UtcOffsetMinutes), context.Options.BarCountMax, cancellationToken);
        MarketPanel panel = await Task.Run(() => MarketReader.Read(rows, spec.Data.Plan), cancellationToken);
        return new JobMarket(spec.Data, rows, null, [.. panel.Calendar.Days.Where(day => day >= filter.StartDate && day <= filter.EndDate)], 0);
    }

    private static JobMarket Open(JobContext context, string projectId, CheckedSpec spec, PanelKey key)
    {
        OpenedPanel opened = context.Panels.Open(projectId, key);
        try
        {
            BarPanel panel = opened.Panel;
            // Mapped columns take no memory of the process; a copy of adjusted prices does.
            if (spec.Data.Plan.Panel!.Adjustment != PriceAdjustment.None && panel.Manifest.BarCount > context.Options.BarCountMax)
            {
                throw new RpcError(
                    StatusCode.ResourceExhausted,
                    "LIMIT_EXCEEDED",
                    $"Adjusted prices are a copy, and a backtest may copy at most {context.Options.BarCountMax} bars; the panel has {panel.Manifest.BarCount}.");
            }

            BarHoles holes = BarHoles.Find(panel, spec.Data.Filter);
            Refuse(spec, holes);
            int first = EpochDays.FromDate(spec.Data.Filter.StartDate);
            int last = EpochDays.FromDate(spec.Data.Filter.EndDate);
            SortedSet<int> days = [.. panel.Calendar.Days.ToArray().Where(day => day >= first && day <= last)];
            return new JobMarket(spec.Data, null, opened, [.. days.Select(EpochDays.ToDate)], holes.Count);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private static void Refuse(CheckedSpec spec, BarHoles holes)
    {
        if (holes.Count > 0 && spec.RefusesHoles)
        {
            throw new RpcError(
                StatusCode.FailedPrecondition,
                "DATA_HOLES",
                $"{holes.Count} bars are missing between the first and the last bar of their symbols; the first is {holes.FirstSymbol} on {holes.FirstDate:yyyy-MM-dd}.");
        }
    }
}
