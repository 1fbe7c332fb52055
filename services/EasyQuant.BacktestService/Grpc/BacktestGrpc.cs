using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Sandbox;
using EasyQuant.BacktestService.Storage;
using EasyQuant.BacktestService.Work;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Engine;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Microsoft.Extensions.Options;
using WireTable = EasyQuant.Contracts.Common.V1.Table;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>The calls about backtests. Every backtest is looked up in the caller's project.</summary>
internal sealed class BacktestGrpc(
    BacktestStore store,
    BacktestLookup lookup,
    SpecPartReader parts,
    SpecChecker checker,
    BacktestStarts starts,
    RuleBookCalls ruleBooks,
    ResultPages pages,
    BacktestComparison comparison,
    BacktestExport export,
    RunningBacktests running,
    TimeProvider time,
    IOptions<BacktestServiceOptions> options) : Contracts.Backtest.V1.BacktestService.BacktestServiceBase
{
    private const string Kind = "backtest";
    private const int ListSizeMax = 500;

    /// <inheritdoc />
    public override async Task<CreateBacktestResponse> CreateBacktest(CreateBacktestRequest request, ServerCallContext context)
    {
        if (request.Spec is null)
        {
            throw RpcError.Invalid("FIELD_REQUIRED", "spec", "spec is required.");
        }

        BacktestRecord record = await starts.StartAsync(request.Spec.Clone(), request.RequestId, CallProject.Of(context), context.CancellationToken);
        return new CreateBacktestResponse { Backtest = BacktestWriter.Write(record) };
    }

    /// <inheritdoc />
    public override async Task<RerunBacktestResponse> RerunBacktest(RerunBacktestRequest request, ServerCallContext context)
    {
        if (request.RuleBook.Length == 0)
        {
            throw RpcError.Invalid("FIELD_REQUIRED", "rule_book", "rule_book is required.");
        }

        BacktestRecord before = await lookup.FindAsync(request.BacktestId, context);
        BacktestSpec spec = BacktestSpec.Parser.ParseJson(before.Spec);
        if (await parts.RulesOfAsync(request.RuleBook, before.ProjectId, context.CancellationToken) is null)
        {
            throw RpcError.Invalid("RULE_BOOK_NOT_FOUND", "rule_book", $"There is no rule book \"{request.RuleBook}\" in this project; CreateRuleBook adds one.");
        }

        spec.RuleBook = request.RuleBook;
        BacktestRecord record = await starts.StartAsync(spec, request.RequestId, before.ProjectId, context.CancellationToken);
        return new RerunBacktestResponse { Backtest = BacktestWriter.Write(record) };
    }

    /// <inheritdoc />
    public override Task<CreateRuleBookResponse> CreateRuleBook(CreateRuleBookRequest request, ServerCallContext context) =>
        ruleBooks.CreateAsync(request.Json, CallProject.Of(context), context.CancellationToken);

    /// <inheritdoc />
    public override Task<GetRuleBookResponse> GetRuleBook(GetRuleBookRequest request, ServerCallContext context) =>
        ruleBooks.GetAsync(request.Version, CallProject.Of(context), context.CancellationToken);

    /// <inheritdoc />
    public override Task<ListRuleBooksResponse> ListRuleBooks(ListRuleBooksRequest request, ServerCallContext context) =>
        ruleBooks.ListAsync(CallProject.Of(context), context.CancellationToken);

    /// <inheritdoc />
    public override async Task<GetBacktestResponse> GetBacktest(GetBacktestRequest request, ServerCallContext context)
    {
        Backtest backtest = BacktestWriter.Write(await lookup.FindAsync(request.BacktestId, context));
        if (await parts.SourceOfAsync(backtest.Spec, backtest.ProjectId, context.CancellationToken) is { } source)
        {
            backtest.Spec.Source.Text = source.Source;
        }

        return new GetBacktestResponse { Backtest = backtest };
    }

    /// <inheritdoc />
    public override async Task<ListBacktestsResponse> ListBacktests(ListBacktestsRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = PageArguments.Size(request.PageSize, 50, ListSizeMax);
        BacktestFilter filter = Requests.Filter(Kind, request.Strategy, request.State, request.Family);
        string scope = $"ListBacktests/{project}/{request.Strategy}/{request.Family}/{request.State}";
        Guid? before = PageArguments.Key(request.PageToken, scope, 1) is { } key ? Guid.Parse(key[0]) : null;
        List<BacktestRecord> rows = await store.ListAsync(project, filter, before, size + 1, context.CancellationToken);
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
            BacktestRecord record = await lookup.FindAsync(request.BacktestId, context);
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
        Guid backtestId = BacktestLookup.ParseId(request.BacktestId);
        BacktestRecord? record = await store.CancelAsync(CallProject.Of(context), Kind, backtestId, context.CancellationToken);
        if (record is not { Kind: Kind })
        {
            throw BacktestLookup.NotFound(request.BacktestId);
        }

        running.Cancel(backtestId);
        return new CancelBacktestResponse { Backtest = BacktestWriter.Write(record) };
    }

    /// <inheritdoc />
    public override async Task<ReadEquityResponse> ReadEquity(ReadEquityRequest request, ServerCallContext context)
    {
        (WireTable rows, string next) = await pages.ReadAsync(
            nameof(ReadEquity), ResultNames.Equity, request.BacktestId, request.PageSize, 5_000, request.PageToken, context);
        return new ReadEquityResponse { Equity = rows, NextPageToken = next };
    }

    /// <inheritdoc />
    public override async Task<ReadTradesResponse> ReadTrades(ReadTradesRequest request, ServerCallContext context)
    {
        (WireTable rows, string next) = await pages.ReadAsync(
            nameof(ReadTrades), ResultNames.Trades, request.BacktestId, request.PageSize, 1_000, request.PageToken, context);
        return new ReadTradesResponse { Trades = rows, NextPageToken = next };
    }

    /// <inheritdoc />
    public override async Task<ReadOrdersResponse> ReadOrders(ReadOrdersRequest request, ServerCallContext context)
    {
        (WireTable rows, string next) = await pages.ReadAsync(
            nameof(ReadOrders), ResultNames.Orders, request.BacktestId, request.PageSize, 1_000, request.PageToken, context);
        return new ReadOrdersResponse { Orders = rows, NextPageToken = next };
    }

    /// <inheritdoc />
    public override async Task<ReadFillsResponse> ReadFills(ReadFillsRequest request, ServerCallContext context)
    {
        (WireTable rows, string next) = await pages.ReadAsync(
            nameof(ReadFills), ResultNames.Fills, request.BacktestId, request.PageSize, 1_000, request.PageToken, context);
        return new ReadFillsResponse { Fills = rows, NextPageToken = next };
    }

    /// <inheritdoc />
    public override async Task<ReadFaultsResponse> ReadFaults(ReadFaultsRequest request, ServerCallContext context)
    {
        (WireTable rows, string next) = await pages.ReadAsync(
            nameof(ReadFaults), ResultNames.Faults, request.BacktestId, request.PageSize, 1_000, request.PageToken, context);
        return new ReadFaultsResponse { Faults = rows, NextPageToken = next };
    }

    /// <inheritdoc />
    public override async Task<GetPerformanceResponse> GetPerformance(GetPerformanceRequest request, ServerCallContext context)
    {
        BacktestRecord record = await lookup.FindSucceededAsync(request.BacktestId, context);
        string report = await export.DocumentAsync(record, ResultDocument.Report, context.CancellationToken);
        var response = new GetPerformanceResponse { Report = Google.Protobuf.WellKnownTypes.Struct.Parser.ParseJson(report) };
        if (BacktestWriter.Write(record).Trials is { } trials)
        {
            // The report was written before the trial was counted.
            response.Report.Fields["trials"] = Google.Protobuf.WellKnownTypes.Value.ForStruct(trials);
        }

        return response;
    }

    /// <inheritdoc />
    public override Task<CompareBacktestsResponse> CompareBacktests(CompareBacktestsRequest request, ServerCallContext context) =>
        comparison.CompareAsync(request, context);

    /// <inheritdoc />
    public override Task ExportBacktest(
        ExportBacktestRequest request, IServerStreamWriter<ExportBacktestResponse> responseStream, ServerCallContext context) =>
        export.WriteAsync(request, responseStream, context);

    /// <inheritdoc />
    public override async Task<ValidateSourceResponse> ValidateSource(ValidateSourceRequest request, ServerCallContext context)
    {
        CompiledStrategy compiled = await checker.ValidateAsync(request.Source, context.CancellationToken);
        return BacktestWriter.Write(compiled.Answer);
    }

    /// <inheritdoc />
    public override Task<ListStrategiesResponse> ListStrategies(ListStrategiesRequest request, ServerCallContext context)
    {
        var response = new ListStrategiesResponse();
        response.Strategies.AddRange(StrategyCatalog.Definitions.Select(BacktestWriter.Write));
        return Task.FromResult(response);
    }
}
