namespace EasyQuant.Engine;

/// <summary>Sharpe ratios of many trials in three numbers, which SQL's count, avg and var_samp give too.</summary>
/// <param name="Count">Trials, at least 0.</param>
/// <param name="Mean">Mean of their Sharpe ratios of one day; 0 of none.</param>
/// <param name="Variance">Variance (n - 1) of these ratios; 0 below two trials.</param>
public readonly record struct TrialSummary(long Count, double Mean, double Variance)
{
    /// <summary>Summarises ratios in their order.</summary>
    /// <param name="sharpes">Sharpe ratios of one day.</param>
    public static TrialSummary Of(ReadOnlySpan<double> sharpes) => new(
        sharpes.Length,
        Sample.Mean(sharpes) ?? 0,
        sharpes.Length < 2 ? 0 : Sample.CentralSum(sharpes, 2) / (sharpes.Length - 1));

    /// <summary>
    /// Returns the summary of both sets together: T. Chan, G. Golub and R. LeVeque, "Updating Formulae and a Pairwise Algorithm for
    /// Computing Sample Variances", 1979. No trial may be in both.
    /// </summary>
    /// <param name="other">The other set.</param>
    public TrialSummary With(TrialSummary other)
    {
        if (Count == 0 || other.Count == 0)
        {
            return Count == 0 ? other : this;
        }

        long count = checked(Count + other.Count);
        double distance = other.Mean - Mean;
        double squares = (Variance * (Count - 1)) + (other.Variance * (other.Count - 1))
            + (distance * distance * Count / count * other.Count);
        return new TrialSummary(count, Mean + (distance * other.Count / count), squares / (count - 1));
    }
}
