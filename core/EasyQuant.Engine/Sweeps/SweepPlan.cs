namespace EasyQuant.Engine;

/// <summary>How a sweep chooses among the points of its space: a closed set of cases. What it chooses depends on nothing but its own values and the results.</summary>
public abstract record SweepPlan
{
    /// <summary>Most trials of a plan.</summary>
    public const int TrialsMax = 5_000_000;

    private protected SweepPlan()
    {
    }

    /// <summary>Every allowed point, in order of number.</summary>
    public sealed record Grid : SweepPlan;

    /// <summary>Distinct allowed points drawn with equal chances.</summary>
    /// <param name="Seed">Seed of the draw.</param>
    /// <param name="Count">Points to draw, 1 to <see cref="TrialsMax"/>; all of them when the space has no more.</param>
    public sealed record Random(int Seed, int Count) : SweepPlan;

    /// <summary>
    /// Successive halving (Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization", 2016): draws points as
    /// <see cref="Random"/> does, tries all over the first days of the period, keeps the best of every <paramref name="Factor"/>, tries those over
    /// <paramref name="Factor"/> times as many days, and so on, until the last round has the whole period.
    /// </summary>
    /// <param name="Seed">Seed of the draw.</param>
    /// <param name="Count">Points to draw, 1 to <see cref="TrialsMax"/>.</param>
    /// <param name="Factor">Points for one that is kept, 2 to 10; usually 3.</param>
    /// <param name="DaysMin">Fewest trading days of a round, at least 1: rounds with fewer are left out. Long enough for the slowest indicator.</param>
    public sealed record Halving(int Seed, int Count, int Factor, int DaysMin) : SweepPlan;
}
