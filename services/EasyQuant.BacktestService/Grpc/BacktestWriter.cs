using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Contracts.Common.V1;
using EasyQuant.Engine;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Writes stored backtests and strategies in their wire form.</summary>
internal static class BacktestWriter
{
    public static Backtest Write(BacktestRecord record) => new()
    {
        BacktestId = record.BacktestId.ToString("D"),
        ProjectId = record.ProjectId,
        Spec = BacktestSpec.Parser.ParseJson(record.Spec),
        State = record.State switch
        {
            "queued" => BacktestState.Queued,
            "running" => BacktestState.Running,
            "succeeded" => BacktestState.Succeeded,
            "failed" => BacktestState.Failed,
            _ => BacktestState.Cancelled,
        },
        Progress = record.Progress,
        Metrics = record.Metrics is null ? null : Struct.Parser.ParseJson(record.Metrics),
        Manifest = record.Manifest is null ? null : Struct.Parser.ParseJson(record.Manifest),
        ErrorReason = record.ErrorReason ?? "",
        ErrorMessage = record.ErrorMessage ?? "",
        CreateTime = Timestamp.FromDateTimeOffset(record.CreateTime),
        EndTime = record.EndTime is { } end ? Timestamp.FromDateTimeOffset(end) : null,
    };

    public static Strategy Write(StrategyDefinition definition) => new()
    {
        Name = definition.Name,
        Title = new LocalizedText { En = definition.TitleEn, Zh = definition.TitleZh },
        Description = new LocalizedText { En = definition.DescriptionEn, Zh = definition.DescriptionZh },
        ParametersSchema = Struct.Parser.ParseJson(definition.ToJsonSchema().ToJsonString()),
    };
}
