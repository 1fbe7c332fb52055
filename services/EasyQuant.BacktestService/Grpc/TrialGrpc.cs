using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Engine;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>The calls about the trial ledger of the caller's project.</summary>
internal sealed class TrialGrpc(TrialStores ledgers) : TrialService.TrialServiceBase
{
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
