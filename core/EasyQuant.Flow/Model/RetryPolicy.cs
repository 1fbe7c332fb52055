namespace EasyQuant.Flow;

/// <summary>When and how often a failed step is tried again.</summary>
public sealed record RetryPolicy
{
    /// <summary>Attempts in total, 1 (default) to 100.</summary>
    public int MaxAttempts { get; init; } = 1;

    /// <summary>Wait before the second attempt, 0 to one hour. Default 1 s.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Factor by which each further wait grows, 1 to 10. Default 2.</summary>
    public double Backoff { get; init; } = 2;

    /// <summary>Longest wait, 0 to one hour. Default 60 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether only failures that call themselves transient are tried again. Default false: all are.</summary>
    public bool TransientOnly { get; init; }

    /// <summary>Returns the wait after a failed attempt.</summary>
    /// <param name="attempt">The attempt that failed, counted from 1.</param>
    public TimeSpan DelayAfter(int attempt)
    {
        double ticks = Delay.Ticks * Math.Pow(Backoff, Math.Max(0, attempt - 1));
        return ticks >= MaxDelay.Ticks ? MaxDelay : TimeSpan.FromTicks((long)ticks);
    }
}
