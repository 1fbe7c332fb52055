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

    /// <summary>
    /// Most items that execute at the same time, 1 to 5,000. Default 4. Without meaning in mode inline; at most 256 in mode threads, and the worker's number
    /// of processes in mode processes.
    /// </summary>
    [Title("Concurrency", "并发数")]
    [Bounds(1, 5_000)]
    public int Concurrency { get; init; } = 4;

    /// <summary>Where the items execute. Default threads.</summary>
    [Title("Mode", "模式")]
    public BatchMode Mode { get; init; }

    /// <summary>Attempts for each item in total. Default 1.</summary>
    [Title("Attempts per item", "每项尝试次数")]
    [Bounds(1, 20)]
    public int ItemAttempts { get; init; } = 1;

    /// <summary>Seconds between the first and the second attempt of an item. Default 1.</summary>
    [Title("Delay between attempts (s)", "重试间隔（秒）")]
    [Bounds(0, 3600)]
    public double ItemRetryDelay { get; init; } = 1;

    /// <summary>Each further delay is this many times the one before, 1 to 10. Default 2.</summary>
    [Title("Growth of the delay", "间隔增长倍数")]
    [Bounds(1, 10)]
    public double ItemRetryFactor { get; init; } = 2;

    /// <summary>Longest delay between two attempts in seconds. Default 60.</summary>
    [Title("Longest delay (s)", "最长间隔（秒）")]
    [Bounds(0, 86_400)]
    public double ItemRetryMaxDelay { get; init; } = 60;

    /// <summary>Longest time for one attempt of an item in seconds, without the time it waits for its turn; null (default) for none.</summary>
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

    /// <summary>Whether the first tables of the children are joined in the output <c>tables</c>. Default true; without it that output is left out and the tables stay with the items.</summary>
    [Title("Join the tables of the children", "合并子结果表")]
    public bool JoinTables { get; init; } = true;

    /// <summary>Returns how long to wait after a failed attempt.</summary>
    /// <param name="attempt">The attempt that failed, counted from 1 in this execution of the step.</param>
    internal TimeSpan DelayAfter(int attempt) =>
        TimeSpan.FromSeconds(Math.Min(ItemRetryDelay * Math.Pow(ItemRetryFactor, attempt - 1), Math.Max(ItemRetryMaxDelay, ItemRetryDelay)));
}
