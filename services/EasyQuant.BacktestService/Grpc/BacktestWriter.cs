using System.Globalization;
using EasyQuant.BacktestSandbox.Compiling;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Contracts.Common.V1;
using EasyQuant.Engine;
using Google.Protobuf.WellKnownTypes;
using SweepTrial = EasyQuant.Contracts.Backtest.V1.SweepTrial;
using WireIssue = EasyQuant.Contracts.Backtest.V1.SourceIssue;
using WireParameter = EasyQuant.Contracts.Backtest.V1.SourceParameter;
using WireTrial = EasyQuant.Contracts.Backtest.V1.Trial;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Writes stored backtests and strategies in their wire form.</summary>
internal static class BacktestWriter
{
    public static Backtest Write(BacktestRecord record) => new()
    {
        BacktestId = record.BacktestId.ToString("D"),
        ProjectId = record.ProjectId,
        Spec = BacktestSpec.Parser.ParseJson(record.Spec),
        State = StateOf(record),
        Progress = record.Progress,
        Metrics = record.Metrics is null ? null : Struct.Parser.ParseJson(record.Metrics),
        Manifest = record.Manifest is null ? null : Struct.Parser.ParseJson(record.Manifest),
        Trials = record.Trials is null ? null : Struct.Parser.ParseJson(record.Trials),
        ErrorReason = record.ErrorReason ?? "",
        ErrorMessage = record.ErrorMessage ?? "",
        CreateTime = Timestamp.FromDateTimeOffset(record.CreateTime),
        StartTime = TimeOf(record.StartTime),
        EndTime = TimeOf(record.EndTime),
        AttemptCount = record.AttemptCount,
        FaultCount = record.FaultCount,
    };

    public static Sweep WriteSweep(BacktestRecord record) => new()
    {
        SweepId = record.BacktestId.ToString("D"),
        ProjectId = record.ProjectId,
        Spec = SweepSpec.Parser.ParseJson(record.Spec),
        State = StateOf(record),
        TrialCount = record.TrialCount,
        DoneCount = record.DoneCount,
        FailedCount = record.FailedCount,
        Assessment = record.Metrics is null ? null : Struct.Parser.ParseJson(record.Metrics),
        ErrorReason = record.ErrorReason ?? "",
        ErrorMessage = record.ErrorMessage ?? "",
        CreateTime = Timestamp.FromDateTimeOffset(record.CreateTime),
        StartTime = TimeOf(record.StartTime),
        EndTime = TimeOf(record.EndTime),
        AttemptCount = record.AttemptCount,
    };

    public static Contracts.Backtest.V1.BiasCheck WriteBiasCheck(BacktestRecord record) => new()
    {
        BiasCheckId = record.BacktestId.ToString("D"),
        ProjectId = record.ProjectId,
        Spec = BiasSpec.Parser.ParseJson(record.Spec),
        State = StateOf(record),
        Progress = record.Progress,
        Verdict = record.Metrics is null ? null : Struct.Parser.ParseJson(record.Metrics),
        ErrorReason = record.ErrorReason ?? "",
        ErrorMessage = record.ErrorMessage ?? "",
        CreateTime = Timestamp.FromDateTimeOffset(record.CreateTime),
        EndTime = TimeOf(record.EndTime),
    };

    public static SweepTrial Write(EndedTrial trial) => new()
    {
        Window = trial.Stage.Window,
        Round = trial.Stage.Round,
        Sample = trial.Stage.Sample switch
        {
            TrialStage.In => SweepSample.In,
            TrialStage.Out => SweepSample.Out,
            _ => SweepSample.Unspecified,
        },
        StartDate = trial.Stage.StartDate?.ToString("O", CultureInfo.InvariantCulture) ?? "",
        EndDate = trial.Stage.EndDate?.ToString("O", CultureInfo.InvariantCulture) ?? "",
        Trial = trial.Trial,
        Parameters = Struct.Parser.ParseJson(trial.Parameters),
        Metrics = trial.Metrics is null ? null : Struct.Parser.ParseJson(trial.Metrics),
        ErrorReason = trial.ErrorReason ?? "",
        ErrorMessage = trial.ErrorMessage ?? "",
    };

    public static WireTrial Write(StoredTrial stored) => new()
    {
        Key = stored.Trial.Key,
        Family = stored.Trial.Family,
        DataSha256 = stored.Trial.DataSha256,
        FirstDate = stored.Trial.FirstDate.ToString("O", CultureInfo.InvariantCulture),
        LastDate = stored.Trial.LastDate.ToString("O", CultureInfo.InvariantCulture),
        Sharpe = stored.Trial.Sample.Sharpe,
        ReturnCount = stored.Trial.Sample.ReturnCount,
        Skewness = stored.Trial.Sample.Skewness,
        Kurtosis = stored.Trial.Sample.Kurtosis,
        Parameters = Struct.Parser.ParseJson(stored.Trial.Parameters),
        CreateTime = Timestamp.FromDateTimeOffset(stored.CreateTime),
    };

    public static ValidateSourceResponse Write(CompileAnswer answer)
    {
        var response = new ValidateSourceResponse { ClassName = answer.ClassName };
        response.Issues.AddRange(answer.Issues.Select(issue => new WireIssue
        {
            Line = issue.Line,
            Column = issue.Column,
            Code = issue.Code,
            Message = issue.Message,
        }));
        foreach (BacktestSandbox.Compiling.SourceParameter parameter in answer.Parameters)
        {
            var wire = new WireParameter { Name = parameter.Name, Type = parameter.Type };
            if (parameter.Default is { } standard)
            {
                wire.DefaultValue = standard;
            }

            response.Parameters.Add(wire);
        }

        return response;
    }

    public static Strategy Write(StrategyDefinition definition) => new()
    {
        Name = definition.Name,
        Title = new LocalizedText { En = definition.TitleEn, Zh = definition.TitleZh },
        Description = new LocalizedText { En = definition.DescriptionEn, Zh = definition.DescriptionZh },
        ParametersSchema = Struct.Parser.ParseJson(definition.ToJsonSchema().ToJsonString()),
    };

    private static BacktestState StateOf(BacktestRecord record) => record.State switch
    {
        "queued" => BacktestState.Queued,
        "running" => BacktestState.Running,
        "succeeded" => BacktestState.Succeeded,
        "failed" => BacktestState.Failed,
        _ => BacktestState.Cancelled,
    };

    private static Timestamp? TimeOf(DateTimeOffset? time) => time is { } known ? Timestamp.FromDateTimeOffset(known) : null;
}
