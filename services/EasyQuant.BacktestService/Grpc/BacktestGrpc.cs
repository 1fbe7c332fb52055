using EasyQuant.BacktestService.Storage;
using EasyQuant.BacktestService.Work;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Data;
using EasyQuant.Engine;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>The calls about backtests. Every backtest is looked up in the caller's project.</summary>
internal sealed class BacktestGrpc(
    BacktestStore store,
    DataCatalog catalog,
    BarRows bars,
    RunningBacktests running,
    TimeProvider time,
    IOptions<BacktestServiceOptions> options) : Contracts.Backtest.V1.BacktestService.BacktestServiceBase
{
    private const int ListSizeMax = 500;
    private const int RowsMax = 10_000;

    /// <inheritdoc />
    public override async Task<CreateBacktestResponse> CreateBacktest(CreateBacktestRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        if (request.Spec is null)
        {
            throw RpcError.Invalid("FIELD_REQUIRED", "spec", "spec is required.");
        }

        if (request.RequestId.Length > 0 && !Guid.TryParseExact(request.RequestId, "D", out _))
        {
            throw RpcError.Invalid("REQUEST_ID_INVALID", "request_id", $"request_id must be a UUID, was \"{request.RequestId}\".");
        }

        BacktestSpec spec = request.Spec.Clone();
        SpecReader.FillDefaults(spec);
        CheckedSpec check = SpecReader.Read(spec);
        DataTable table = await catalog.RequireAsync(project, check.Table, context.CancellationToken);
        BarRows.RequireBars(table);
        if (!await bars.AnyAsync(table, check.Filter, context.CancellationToken))
        {
            throw RpcError.Invalid("PERIOD_EMPTY", "spec", $"The table \"{table.Name}\" holds no bar of these symbols in this period.");
        }

        string json = JsonFormatter.Default.Format(spec);
        BacktestRecord? record = await store.CreateAsync(
            Guid.CreateVersion7(time.GetUtcNow()),
            project,
            request.RequestId.Length == 0 ? null : request.RequestId.ToLowerInvariant(),
            spec.Strategy,
            json,
            options.Value.QueuedCountMax,
            context.CancellationToken);
        if (record is null)
        {
            throw new RpcError(
                StatusCode.ResourceExhausted,
                "BACKTEST_QUEUE_FULL",
                $"At most {options.Value.QueuedCountMax} backtests of a project may wait.",
                retryAfter: TimeSpan.FromSeconds(10));
        }

        if (!BacktestSpec.Parser.ParseJson(record.Spec).Equals(spec))
        {
            throw new RpcError(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", $"The request id {request.RequestId} was used for another backtest.");
        }

        running.Announce();
        return new CreateBacktestResponse { Backtest = BacktestWriter.Write(record) };
    }

    /// <inheritdoc />
    public override async Task<GetBacktestResponse> GetBacktest(GetBacktestRequest request, ServerCallContext context) =>
        new() { Backtest = BacktestWriter.Write(await FindAsync(request.BacktestId, context)) };

    /// <inheritdoc />
    public override async Task<ListBacktestsResponse> ListBacktests(ListBacktestsRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = PageArguments.Size(request.PageSize, 50, ListSizeMax);
        string scope = $"ListBacktests/{project}/{request.Strategy}";
        Guid? before = PageArguments.Key(request.PageToken, scope, 1) is { } key ? Guid.Parse(key[0]) : null;
        string? strategy = request.Strategy.Length == 0 ? null : request.Strategy;
        List<BacktestRecord> rows = await store.ListAsync(project, strategy, before, size + 1, context.CancellationToken);
        var response = new ListBacktestsResponse();
        response.Backtests.AddRange(rows.Take(size).Select(BacktestWriter.Write));
        response.NextPageToken = rows.Count > size ? PageToken.Write(scope, rows[size - 1].BacktestId.ToString("D")) : "";
        return response;
    }

    /// <inheritdoc />
    public override async Task WatchBacktest(
        WatchBacktestRequest request, IServerStreamWriter<WatchBacktestResponse> responseStream, ServerCallContext context)
    {
        long revision = 0;
        while (true)
        {
            BacktestRecord record = await FindAsync(request.BacktestId, context);
            if (record.Revision != revision)
            {
                revision = record.Revision;
                await responseStream.WriteAsync(new WatchBacktestResponse { Backtest = BacktestWriter.Write(record) }, context.CancellationToken);
            }

            if (record.HasEnded)
            {
                return;
            }

            await Task.Delay(options.Value.WatchInterval, time, context.CancellationToken);
        }
    }

    /// <inheritdoc />
    public override async Task<CancelBacktestResponse> CancelBacktest(CancelBacktestRequest request, ServerCallContext context)
    {
        Guid backtestId = ParseId(request.BacktestId);
        BacktestRecord record = await store.CancelAsync(CallProject.Of(context), backtestId, context.CancellationToken)
            ?? throw NotFound(request.BacktestId);
        running.Cancel(backtestId);
        return new CancelBacktestResponse { Backtest = BacktestWriter.Write(record) };
    }

    /// <inheritdoc />
    public override async Task<ReadEquityResponse> ReadEquity(ReadEquityRequest request, ServerCallContext context)
    {
        (Table rows, string next) = await ReadAsync(request.BacktestId, true, request.PageSize, 5_000, request.PageToken, context);
        return new ReadEquityResponse { Equity = TableWriter.Write(rows), NextPageToken = next };
    }

    /// <inheritdoc />
    public override async Task<ReadTradesResponse> ReadTrades(ReadTradesRequest request, ServerCallContext context)
    {
        (Table rows, string next) = await ReadAsync(request.BacktestId, false, request.PageSize, 1_000, request.PageToken, context);
        return new ReadTradesResponse { Trades = TableWriter.Write(rows), NextPageToken = next };
    }

    /// <inheritdoc />
    public override Task<ListStrategiesResponse> ListStrategies(ListStrategiesRequest request, ServerCallContext context)
    {
        var response = new ListStrategiesResponse();
        response.Strategies.AddRange(StrategyCatalog.Definitions.Select(BacktestWriter.Write));
        return Task.FromResult(response);
    }

    private async Task<(Table Rows, string Next)> ReadAsync(
        string backtestId, bool isEquity, int pageSize, int standard, string pageToken, ServerCallContext context)
    {
        int size = PageArguments.Size(pageSize, standard, RowsMax);
        string project = CallProject.Of(context);
        string scope = $"{(isEquity ? "ReadEquity" : "ReadTrades")}/{project}/{backtestId}";
        int offset = PageArguments.Index(pageToken, scope);
        byte[]? file = await store.ReadResultAsync(project, ParseId(backtestId), isEquity, context.CancellationToken);
        if (file is null)
        {
            BacktestRecord record = await FindAsync(backtestId, context);
            throw new RpcError(
                StatusCode.FailedPrecondition, "RESULT_NOT_READY", $"The backtest {backtestId} is {record.State}; it has a result once it has succeeded.");
        }

        Table table = TableFile.Read(file);
        if (offset > table.RowCount)
        {
            throw PageArguments.Invalid();
        }

        int count = Math.Min(size, table.RowCount - offset);
        bool hasMore = offset + count < table.RowCount;
        return (table.Slice(offset, count), hasMore ? PageToken.Write(scope, $"{offset + count}") : "");
    }

    private async Task<BacktestRecord> FindAsync(string backtestId, ServerCallContext context) =>
        await store.FindAsync(CallProject.Of(context), ParseId(backtestId), context.CancellationToken) ?? throw NotFound(backtestId);

    private static Guid ParseId(string backtestId) =>
        Guid.TryParseExact(backtestId, "D", out Guid parsed) ? parsed : throw NotFound(backtestId);

    private static RpcError NotFound(string backtestId) =>
        RpcError.NotFound("BACKTEST_NOT_FOUND", $"There is no backtest \"{backtestId}\" in this project.");
}
