using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Parameters of <see cref="BatchSchedulerNode"/>.</summary>
public sealed record BatchSchedulerParameters
{
    /// <summary>Name of the workflow that runs once for each item, in the same project.</summary>
    [Title("Target workflow", "目标工作流")]
    [WorkflowReference]
    [TextLength(1, 63)]
    public required string Workflow { get; init; }

    /// <summary>Version of it; null (default) for the newest when the run was created.</summary>
    [Title("Version", "版本")]
    [Bounds(1)]
    public int? Version { get; init; }

    /// <summary>Inputs of each child by name; <c>${item}</c> reads the item. Null (default): the item itself, which must be an object.</summary>
    [Title("Inputs", "输入")]
    [Hint("Values by input name; ${item} is the current item.", "按输入名给出的值；${item} 为当前项。")]
    public JsonTemplate? Params { get; init; }

    /// <summary>Most items that execute at the same time. Default 4. Without meaning in mode inline.</summary>
    [Title("Concurrency", "并发数")]
    [Bounds(1, 256)]
    public int Concurrency { get; init; } = 4;

    /// <summary>Where the items execute. Default threads.</summary>
    [Title("Mode", "模式")]
    public BatchMode Mode { get; init; }

    /// <summary>Attempts for each item in total. Default 1.</summary>
    [Title("Attempts per item", "每项尝试次数")]
    [Bounds(1, 20)]
    public int ItemAttempts { get; init; } = 1;

    /// <summary>Seconds between two attempts of an item. Default 1.</summary>
    [Title("Delay between attempts (s)", "重试间隔（秒）")]
    [Bounds(0, 3600)]
    public double ItemRetryDelay { get; init; } = 1;

    /// <summary>Longest time for one attempt of an item in seconds; null (default) for none.</summary>
    [Title("Timeout per item (s)", "每项超时（秒）")]
    [Bounds(0.001, 2_592_000)]
    public double? ItemTimeout { get; init; }

    /// <summary>What failed items mean. Default stop.</summary>
    [Title("When items fail", "失败策略")]
    public BatchFailurePolicy OnFailure { get; init; }

    /// <summary>Share of the items that may fail under the policy tolerate, in percent. Default 0.</summary>
    [Title("Tolerated failures (%)", "容忍失败比例（%）")]
    [Bounds(0, 100)]
    public double ToleratePercent { get; init; }
}
