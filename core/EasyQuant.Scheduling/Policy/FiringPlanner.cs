namespace EasyQuant.Scheduling;

/// <summary>Decides about the overdue nominal times of one schedule. Pure: the same arguments give the same plan.</summary>
/// <remarks>
/// One plan is bounded: it looks at 20,000 nominal times, starts at most <see cref="FiredMax"/> runs and writes at most
/// <see cref="RowsMax"/> rows; a schedule with more is planned again at once, from the plan's next nominal time.
/// </remarks>
public static class FiringPlanner
{
    /// <summary>Most fired or waiting decisions of one plan.</summary>
    public const int FiredMax = 10;

    /// <summary>Most decisions of one plan.</summary>
    public const int RowsMax = 200;

    // Longer runs of skipped times become one row.
    private const int RunOfRowsMax = 100;
    private const int ScanMax = 20_000;

    // No time farther than this from the newest overdue one can fire: 1,000 caught up and 3,600 within the grace.
    private const int UndecidedMax = 5_000;

    /// <summary>Plans the overdue times.</summary>
    /// <param name="rule">When the schedule fires.</param>
    /// <param name="policy">A policy without findings.</param>
    /// <param name="state">The schedule as it is.</param>
    /// <param name="now">The time that counts; a nominal time at or before it is overdue.</param>
    /// <returns>The plan; without firings when nothing is overdue.</returns>
    public static FiringPlan Plan(ScheduleRule rule, FiringPolicy policy, FiringState state, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(state);
        var overdue = new List<DateTimeOffset>();
        DateTimeOffset? next = state.NextNominal;
        while (next is { } nominal && nominal <= now && overdue.Count < ScanMax)
        {
            overdue.Add(nominal);
            next = rule.Next(nominal);
        }

        if (overdue.Count == 0)
        {
            return new FiringPlan([], next, false);
        }

        if (next <= now)
        {
            int certain = overdue.Count - UndecidedMax;
            FiringDecision decision = state.IsPaused ? FiringDecision.SkippedPaused : FiringDecision.SkippedMisfire;
            return new FiringPlan([new PlannedFiring(overdue[0], decision, certain, overdue[certain - 1])], overdue[certain], false);
        }

        FiringDecision[] decisions = Decide(rule, policy, state.IsPaused, overdue, now);
        return Write(policy, state, overdue, decisions, next);
    }

    // Everything but overlap: Fired stands for "would fire".
    private static FiringDecision[] Decide(
        ScheduleRule rule, FiringPolicy policy, bool isPaused, List<DateTimeOffset> overdue, DateTimeOffset now)
    {
        var decisions = new FiringDecision[overdue.Count];
        int caughtUp = 0;
        bool laterFires = false;
        for (int index = overdue.Count - 1; index >= 0; index--)
        {
            TimeSpan age = now - overdue[index];
            if (isPaused)
            {
                decisions[index] = FiringDecision.SkippedPaused;
            }
            else if (!rule.IsAdmitted(overdue[index]))
            {
                decisions[index] = FiringDecision.SkippedCalendar;
            }
            else if (age <= policy.MisfireGrace)
            {
                decisions[index] = FiringDecision.Fired;
                laterFires = true;
            }
            else if (age <= policy.CatchUpWindow && CatchesUp(policy, caughtUp, laterFires))
            {
                decisions[index] = FiringDecision.Fired;
                caughtUp++;
            }
            else
            {
                decisions[index] = FiringDecision.SkippedMisfire;
            }
        }

        return decisions;
    }

    private static bool CatchesUp(FiringPolicy policy, int caughtUp, bool laterFires) => policy.CatchUp switch
    {
        CatchUpPolicy.Last => caughtUp == 0 && !laterFires,
        CatchUpPolicy.All => caughtUp < policy.CatchUpCountMax,
        _ => false,
    };

    private static FiringPlan Write(
        FiringPolicy policy, FiringState state, List<DateTimeOffset> overdue, FiringDecision[] decisions, DateTimeOffset? next)
    {
        var rows = new List<PlannedFiring>();
        int active = state.ActiveCount;
        int waiting = state.WaitingCount;
        int started = 0;
        bool cancels = false;
        int newest = Array.LastIndexOf(decisions, FiringDecision.Fired);
        for (int index = 0; index < decisions.Length; index++)
        {
            if (started == FiredMax || rows.Count == RowsMax)
            {
                return new FiringPlan(rows, overdue[index], cancels);
            }

            FiringDecision decision = decisions[index];
            if (decision == FiringDecision.Fired)
            {
                decision = Overlap(policy, active, waiting, index == newest);
                cancels |= decision == FiringDecision.Fired && policy.Overlap == OverlapPolicy.CancelOther && active > 0;
                active += decision == FiringDecision.Fired ? 1 : 0;
                waiting += decision == FiringDecision.Waiting ? 1 : 0;
                started += decision is FiringDecision.Fired or FiringDecision.Waiting ? 1 : 0;
                rows.Add(new PlannedFiring(overdue[index], decision, 1, overdue[index]));
                continue;
            }

            int end = index;
            while (end + 1 < decisions.Length && decisions[end + 1] == decision)
            {
                end++;
            }

            end = end - index >= RunOfRowsMax ? end : index;
            rows.Add(new PlannedFiring(overdue[index], decision, end - index + 1, overdue[end]));
            index = end;
        }

        return new FiringPlan(rows, next, cancels);
    }

    private static FiringDecision Overlap(FiringPolicy policy, int active, int waiting, bool isNewest)
    {
        bool isFree = active == 0 && waiting == 0;
        return policy.Overlap switch
        {
            OverlapPolicy.Allow => FiringDecision.Fired,
            OverlapPolicy.CancelOther => isNewest ? FiringDecision.Fired : FiringDecision.SkippedOverlap,
            _ when isFree => FiringDecision.Fired,
            OverlapPolicy.QueueOne when waiting == 0 => FiringDecision.Waiting,
            OverlapPolicy.QueueAll when waiting < policy.WaitingMax => FiringDecision.Waiting,
            _ => FiringDecision.SkippedOverlap,
        };
    }
}
