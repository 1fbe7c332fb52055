using EasyQuant.BacktestService.Storage;
using EasyQuant.BacktestService.Work;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Engine;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>The calls about the trial ledger and bias checks of the caller's project.</summary>
internal sealed class TrialGrpc(
    TrialStores ledgers,
    BacktestStore store,
    BacktestLookup lookup,
    RunningBacktests running,
    TimeProvider time,
    IOptions<BacktestServiceOptions> options) : TrialService.TrialServiceBase
{
    private const string Kind = "bias_check";

    /// <inheritdoc />
    public override async Task<CreateBiasCheckResponse> CreateBiasCheck(CreateBiasCheckRequest request, ServerCallContext context)
    {
        if (request.Spec is null)
        {
            throw RpcError.Invalid("FIELD_REQUIRED", "spec", "spec is required.");
        }

        string? requestId = Requests.IdOf(request.RequestId);
        BiasSpec spec = request.Spec.Clone();
        BiasReader.FillDefaults(spec);
        BiasReader.Read(spec);
        BacktestRecord backtest = await lookup.FindSucceededAsync(spec.BacktestId, context);
        BacktestSpec tested = BacktestSpec.Parser.ParseJson(backtest.Spec);
        var row = new NewBacktest(
            Guid.CreateVersion7(time.GetUtcNow()), backtest.ProjectId, Kind, requestId, tested.Strategy, tested.Family,
            JsonFormatter.Default.Format(spec), 0, backtest.BacktestId);
        BacktestRecord record = await store.CreateAsync(row, options.Value.QueuedCountMax, context.CancellationToken)
            ?? throw Requests.QueueFull(options.Value.QueuedCountMax);
        if (record.Kind != Kind || !BiasSpec.Parser.ParseJson(record.Spec).Equals(spec))
        {
            throw Requests.IdReused(request.RequestId);
        }

        running.Announce();
        return new CreateBiasCheckResponse { BiasCheck = BacktestWriter.WriteBiasCheck(record) };
    }

    /// <inheritdoc />
    public override async Task<GetBiasCheckResponse> GetBiasCheck(GetBiasCheckRequest request, ServerCallContext context)
    {
        BacktestRecord? record = Guid.TryParseExact(request.BiasCheckId, "D", out Guid id)
            ? await store.FindAsync(CallProject.Of(context), id, context.CancellationToken)
            : null;
        return record is { Kind: Kind }
            ? new GetBiasCheckResponse { BiasCheck = BacktestWriter.WriteBiasCheck(record) }
            : throw RpcError.NotFound("BIAS_CHECK_NOT_FOUND", $"There is no bias check \"{request.BiasCheckId}\" in this project.");
    }

    /// <inheritdoc />
    public override async Task<ListBiasChecksResponse> ListBiasChecks(ListBiasChecksRequest request, ServerCallContext context)
    {
        BacktestRecord backtest = await lookup.FindAsync(request.BacktestId, context);
        int size = PageArguments.Size(request.PageSize, 50, 500);
        string scope = $"ListBiasChecks/{backtest.ProjectId}/{request.BacktestId}";
        Guid? before = PageArguments.Key(request.PageToken, scope, 1) is { } key ? Guid.Parse(key[0]) : null;
        List<BacktestRecord> rows = await store.ListAsync(
            backtest.ProjectId, new BacktestFilter(Kind, null, null, null, backtest.BacktestId), before, size + 1, context.CancellationToken);
        var response = new ListBiasChecksResponse();
        response.BiasChecks.AddRange(rows.Take(size).Select(BacktestWriter.WriteBiasCheck));
        response.NextPageToken = rows.Count > size ? PageToken.Write(scope, rows[size - 1].BacktestId.ToString("D")) : "";
        return response;
    }

    /// <inheritdoc />
    public override async Task<GetTrialLedgerResponse> GetTrialLedger(GetTrialLedgerRequest request, ServerCallContext context)
    {
        string family = FamilyOf(request.Family);
        var fields = new SpecFields();
        DateOnly first = fields.Date(request.StartDate, "start_date") ?? DateOnly.MinValue;
        DateOnly last = fields.Date(request.EndDate, "end_date") ?? DateOnly.MaxValue;
        if (last < first)
        {
            fields.Add("PERIOD_EMPTY", "end_date", $"end_date must not be before start_date ({request.StartDate}), was {request.EndDate}.");
        }

        if (fields.Errors.Count > 0)
        {
            throw SpecReader.Refuse(fields.Errors, "");
        }

        TrialStore ledger = ledgers.Of(CallProject.Of(context));
        TrialSummary summary = await ledger.SummarizeAsync(family, first, last, context.CancellationToken);
        StoredTrial? best = await ledger.FindBestAsync(family, first, last, context.CancellationToken);
        return new GetTrialLedgerResponse
        {
            TrialCount = summary.Count,
            MeanSharpe = summary.Mean,
            SharpeVariance = summary.Variance,
            Best = best is null ? null : BacktestWriter.Write(best),
            Assessment = best is null ? null : Struct.Parser.ParseJson(TrialAssessment.Of(best.Trial.Sample, summary).ToJson().ToJsonString()),
        };
    }

    /// <inheritdoc />
    public override async Task<ListTrialsResponse> ListTrials(ListTrialsRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        string family = FamilyOf(request.Family);
        int size = PageArguments.Size(request.PageSize, 100, 1_000);
        string scope = $"ListTrials/{project}/{family}";
        Guid? before = PageArguments.Key(request.PageToken, scope, 1) is { } key ? Guid.Parse(key[0]) : null;
        List<StoredTrial> rows = await ledgers.Of(project).ListAsync(family, before, size + 1, context.CancellationToken);
        var response = new ListTrialsResponse();
        response.Trials.AddRange(rows.Take(size).Select(BacktestWriter.Write));
        response.NextPageToken = rows.Count > size ? PageToken.Write(scope, rows[size - 1].TrialId.ToString("D")) : "";
        return response;
    }

    private static string FamilyOf(string family) => family.Length is > 0 and <= Engine.Trial.FamilyLengthMax
        ? family
        : throw RpcError.Invalid("NAME_INVALID", "family", $"family must have 1 to {Engine.Trial.FamilyLengthMax} characters, was \"{family}\".");
}
