namespace EasyQuant.Scheduling;

/// <summary>How a schedule treats overlap, missed times and failures. Immutable.</summary>
public sealed record FiringPolicy
{
    /// <summary>Largest value of <see cref="CatchUpCountMax"/>.</summary>
    public const int CatchUpCountLimit = 1_000;

    /// <summary>Largest value of <see cref="MisfireGrace"/>: one hour.</summary>
    public static readonly TimeSpan MisfireGraceLimit = TimeSpan.FromHours(1);

    /// <summary>Largest value of <see cref="CatchUpWindow"/>: 366 days.</summary>
    public static readonly TimeSpan CatchUpWindowLimit = TimeSpan.FromDays(366);

    /// <summary>What happens while an earlier run is active. Default: skip.</summary>
    public OverlapPolicy Overlap { get; init; } = OverlapPolicy.Skip;

    /// <summary>What happens to missed times. Default: the newest fires.</summary>
    public CatchUpPolicy CatchUp { get; init; } = CatchUpPolicy.Last;

    /// <summary>How far back missed times still count, included. Default: 24 hours.</summary>
    public TimeSpan CatchUpWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Most missed times that fire under <see cref="CatchUpPolicy.All"/>: 1 to 1,000. Default: 100.</summary>
    public int CatchUpCountMax { get; init; } = 100;

    /// <summary>Lateness up to which a time is on time and not missed, included: 0 to 1 hour. Default: 60 seconds.</summary>
    public TimeSpan MisfireGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Most waiting firings under <see cref="OverlapPolicy.QueueAll"/>: 1 to 1,000. Default: 100.</summary>
    public int WaitingMax { get; init; } = 100;

    /// <summary>Failed runs in a row after which the schedule pauses itself; 0 means never. Default: 0.</summary>
    public int PauseAfterFailures { get; init; }

    /// <summary>Returns what is wrong with the policy, every finding at once.</summary>
    /// <returns>Pairs of field and sentence; empty when the policy is sound.</returns>
    public IReadOnlyList<(string Field, string Message)> Validate()
    {
        var findings = new List<(string, string)>();
        if (CatchUpWindow < TimeSpan.Zero || CatchUpWindow > CatchUpWindowLimit)
        {
            findings.Add(("catch_up_window", $"The catch-up window must be from 0 to 366 days, was {CatchUpWindow:c}."));
        }

        if (CatchUpCountMax is < 1 or > CatchUpCountLimit)
        {
            findings.Add(("catch_up_count_max", $"The catch-up count must be from 1 to 1000, was {CatchUpCountMax}."));
        }

        if (MisfireGrace < TimeSpan.Zero || MisfireGrace > MisfireGraceLimit)
        {
            findings.Add(("misfire_grace", $"The misfire grace must be from 0 to 1 hour, was {MisfireGrace:c}."));
        }

        if (WaitingMax is < 1 or > 1_000)
        {
            findings.Add(("waiting_max", $"The number of waiting firings must be from 1 to 1000, was {WaitingMax}."));
        }

        if (PauseAfterFailures < 0)
        {
            findings.Add(("pause_after_failures", $"The number of failures must be at least 0, was {PauseAfterFailures}."));
        }

        if (CatchUp == CatchUpPolicy.All && Overlap is not (OverlapPolicy.QueueAll or OverlapPolicy.Allow))
        {
            findings.Add(("overlap_policy", $"Catching up all missed times needs the overlap policy queue_all or allow, was {Overlap}: "
                + "it would drop the times that catch-up makes up for."));
        }

        return findings;
    }

    /// <summary>Returns true when the schedule pauses itself after this many failed runs in a row.</summary>
    /// <param name="failuresInARow">Failed runs since the last that succeeded.</param>
    public bool PausesAfter(int failuresInARow) => PauseAfterFailures > 0 && failuresInARow >= PauseAfterFailures;
}
