namespace EasyQuant.Engine;

/// <summary>How a sweep is run.</summary>
public sealed record SweepOptions
{
    /// <summary>What makes a trial better. Default total return.</summary>
    public SweepObjective Objective { get; init; }

    /// <summary>Threads to use, at least 1 (default). The result does not depend on it.</summary>
    public int ThreadCount { get; init; } = 1;

    /// <summary>True keeps the daily returns of every trial, 8 bytes a day each, for <see cref="SweepAssessment"/>. Default false.</summary>
    public bool KeepsReturns { get; init; }
}
