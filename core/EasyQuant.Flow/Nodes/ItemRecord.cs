namespace EasyQuant.Flow;

/// <summary>What is kept durably about one item of a fan-out.</summary>
public sealed record ItemRecord
{
    /// <summary>Place of the item in the input, counted from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Its state.</summary>
    public required ItemState State { get; init; }

    /// <summary>Attempts started so far over all executions of the step; 0 (default) while pending.</summary>
    public int Attempt { get; init; }

    /// <summary>Attempts that failed since somebody last asked for the item, which the bound of attempts counts; 0 (default) or more.</summary>
    public int Failures { get; init; }

    /// <summary>Why it failed; null (default) otherwise.</summary>
    public StepError? Error { get; init; }

    /// <summary>Where it executed. Default unknown.</summary>
    public ItemPlace Place { get; init; }

    /// <summary>Id of the process that executed it; 0 (default) for the host's own.</summary>
    public int ProcessId { get; init; }

    /// <summary>When its latest attempt started, UTC; null (default) when it never did.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>Wall time of its latest attempt. Default zero.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>How its child run ended; null (default) unless it succeeded.</summary>
    public ChildRunResult? Result { get; init; }
}
