using EasyQuant.BacktestService.Storage;
using EasyQuant.Data;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using WireTable = EasyQuant.Contracts.Common.V1.Table;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Pages of result tables. Thread-safe.</summary>
internal sealed class ResultPages(ResultStore results, BacktestLookup lookup)
{
    private const int RowsMax = 10_000;

    /// <summary>Reads one page.</summary>
    /// <param name="call">Name of the call; part of the page token.</param>
    /// <param name="table">Name of the result table.</param>
    /// <param name="backtestId">The backtest.</param>
    /// <param name="pageSize">Rows asked for; 0 for the default.</param>
    /// <param name="standard">The default.</param>
    /// <param name="pageToken">Token of the page before.</param>
    /// <param name="context">The call.</param>
    public async Task<(WireTable Rows, string Next)> ReadAsync(
        string call, string table, string backtestId, int pageSize, int standard, string pageToken, ServerCallContext context)
    {
        int size = PageArguments.Size(pageSize, standard, RowsMax);
        string project = CallProject.Of(context);
        string scope = $"{call}/{project}/{backtestId}";
        int offset = PageArguments.Index(pageToken, scope);
        (Table Rows, long Total)? page = await results.ReadAsync(
            project, BacktestLookup.ParseId(backtestId), table, offset, size, context.CancellationToken);
        if (page is not { } found)
        {
            BacktestRecord record = await lookup.FindSucceededAsync(backtestId, context);
            throw BacktestLookup.NotReady(record);
        }

        if (offset > found.Total)
        {
            throw PageArguments.Invalid();
        }

        int next = offset + found.Rows.RowCount;
        return (TableWriter.Write(found.Rows), next < found.Total ? PageToken.Write(scope, $"{next}") : "");
    }
}
