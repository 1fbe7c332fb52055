using System.Numerics;

namespace EasyQuant.Engine;

/// <summary>
/// Probability of backtest overfitting by combinatorially symmetric cross-validation: D. Bailey, J. Borwein, M. López de Prado and
/// Q. Zhu, "The Probability of Backtest Overfitting", Journal of Computational Finance 20(4), 2017. Steps:
/// 1. the returns of all trials are cut into S blocks of equal length (surplus returns at the start are left out);
/// 2. every way to choose half of the blocks is in-sample, the other half out-of-sample;
/// 3. the trial with the highest Sharpe ratio in sample (of equal ones the first) is ranked out of sample among all N trials
///    (equal ones share the mean rank), w = rank / (N + 1);
/// 4. the probability is the share of splits with ln(w / (1 - w)) at most 0.
/// Stateless and thread-safe; the same input gives the same bits.
/// </summary>
public static class BacktestOverfitting
{
    /// <summary>The paper's usual number of blocks: 12,870 splits.</summary>
    public const int BlockCountDefault = 16;

    /// <summary>Largest number of blocks: 184,756 splits.</summary>
    public const int BlockCountMax = 20;

    private const int CancelCheckSplitInterval = 256;

    /// <summary>Compares trials.</summary>
    /// <param name="returns">One array a trial, at least two; all of one length T, oldest first, over the same days; not modified.</param>
    /// <param name="blockCount">S: even, 2 to <see cref="BlockCountMax"/>, at most T / 2.</param>
    /// <param name="cancellationToken">Looked at every 256 splits.</param>
    /// <exception cref="ArgumentException">There are fewer than two trials, lengths differ, a return is not finite, or S is unusable.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static OverfittingReport Compute(
        IReadOnlyList<double[]> returns, int blockCount, CancellationToken cancellationToken)
    {
        int blockLength = Check(returns, blockCount);
        (double[][] sums, double[][] squares) = Blocks(returns, blockCount, blockLength);
        int trialCount = returns.Count;
        double[] left = new double[trialCount];
        double[] right = new double[trialCount];
        List<double> logits = [];
        List<double> inSample = [];
        List<double> outOfSample = [];
        // A split and its mirror image share their halves: block 0 is on the left side, and each half serves once as the sample.
        for (uint mask = 1; mask < 1u << blockCount; mask += 2)
        {
            if (BitOperations.PopCount(mask) != blockCount / 2)
            {
                continue;
            }

            if (logits.Count % CancelCheckSplitInterval == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            Ratios(sums, squares, mask, blockLength, left);
            Ratios(sums, squares, ~mask & ((1u << blockCount) - 1), blockLength, right);
            Add(left, right);
            Add(right, left);
        }

        double[] sample = [.. inSample];
        double[] rest = [.. outOfSample];
        return new OverfittingReport(
            (double)logits.Count(logit => logit <= 0) / logits.Count,
            Sample.Median(logits.ToArray()) ?? 0,
            (double)rest.Count(ratio => ratio < 0) / rest.Length,
            Sample.Ratio(Sample.CrossSum(sample, rest), Sample.CentralSum(sample, 2)),
            Sample.Mean(sample) ?? 0,
            Sample.Mean(rest) ?? 0,
            trialCount,
            blockCount,
            logits.Count);

        void Add(double[] chosenBy, double[] judgedBy)
        {
            int best = 0;
            for (int i = 1; i < trialCount; i++)
            {
                best = chosenBy[i] > chosenBy[best] ? i : best;
            }

            double share = Rank(judgedBy, best) / (trialCount + 1);
            logits.Add(Math.Log(share / (1 - share)));
            inSample.Add(chosenBy[best]);
            outOfSample.Add(judgedBy[best]);
        }
    }

    private static int Check(IReadOnlyList<double[]> returns, int blockCount)
    {
        if (returns.Count < 2)
        {
            throw new ArgumentException($"At least two trials are compared, {returns.Count} came.", nameof(returns));
        }

        if (blockCount is < 2 or > BlockCountMax || blockCount % 2 != 0)
        {
            throw new ArgumentException($"blockCount must be even, 2 to {BlockCountMax}, was {blockCount}.", nameof(blockCount));
        }

        int length = returns[0].Length;
        for (int i = 0; i < returns.Count; i++)
        {
            if (returns[i].Length != length)
            {
                throw new ArgumentException($"Trial {i} has {returns[i].Length} returns, trial 0 has {length}; all must be over the same days.", nameof(returns));
            }

            if (Array.FindIndex(returns[i], value => !double.IsFinite(value)) is >= 0 and var at)
            {
                throw new ArgumentException($"Return {at} of trial {i} is {returns[i][at]}, expected a finite number.", nameof(returns));
            }
        }

        return length / blockCount >= 2
            ? length / blockCount
            : throw new ArgumentException($"{blockCount} blocks need at least {2 * blockCount} returns, {length} came.", nameof(blockCount));
    }

    /// <summary>Sums and sums of squares, by block and trial.</summary>
    private static (double[][] Sums, double[][] Squares) Blocks(IReadOnlyList<double[]> returns, int blockCount, int blockLength)
    {
        double[][] sums = new double[blockCount][];
        double[][] squares = new double[blockCount][];
        int start = returns[0].Length - (blockCount * blockLength);
        for (int block = 0; block < blockCount; block++)
        {
            sums[block] = new double[returns.Count];
            squares[block] = new double[returns.Count];
            for (int trial = 0; trial < returns.Count; trial++)
            {
                foreach (double one in returns[trial].AsSpan(start + (block * blockLength), blockLength))
                {
                    sums[block][trial] += one;
                    squares[block][trial] += one * one;
                }
            }
        }

        return (sums, squares);
    }

    /// <summary>Sharpe ratio of every trial over the blocks of a mask; 0 for a constant series.</summary>
    private static void Ratios(double[][] sums, double[][] squares, uint mask, int blockLength, double[] ratios)
    {
        int count = BitOperations.PopCount(mask) * blockLength;
        for (int trial = 0; trial < ratios.Length; trial++)
        {
            double sum = 0;
            double square = 0;
            for (uint rest = mask; rest != 0; rest &= rest - 1)
            {
                int block = BitOperations.TrailingZeroCount(rest);
                sum += sums[block][trial];
                square += squares[block][trial];
            }

            double central = square - (sum * sum / count);
            // What is left of the squares of a constant series is rounding.
            ratios[trial] = central > square * 1e-12 ? sum / count / Math.Sqrt(central / (count - 1)) : 0;
        }
    }

    /// <summary>Rank of one trial, 1 for the lowest ratio; equal ones share the mean.</summary>
    private static double Rank(double[] ratios, int trial)
    {
        double rank = 1;
        for (int i = 0; i < ratios.Length; i++)
        {
            rank += ratios[i] < ratios[trial] ? 1 : ratios[i] == ratios[trial] && i != trial ? 0.5 : 0;
        }

        return rank;
    }
}
