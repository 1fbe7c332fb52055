using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EasyQuant.Engine;

/// <summary>
/// Simple moving averages of whole numbers from running totals. As long as every total stays below 2^53 all sums are exact, so the
/// average is the same double as <see cref="Indicators.Sma"/> gives: the exact sum, divided once. The totals are shared by all lengths.
/// </summary>
internal sealed class ExactSums
{
    private const double ExactMax = 9007199254740992;

    private double[] _totals = [];
    private bool _isMade;
    private bool _isExact;

    /// <summary>Forgets the totals; the next call makes them of its values.</summary>
    public void Forget() => _isMade = false;

    /// <summary>Writes the averages; false (and nothing written) when the sums would not be exact.</summary>
    /// <param name="values">Length N, the same at every call until <see cref="Forget"/>.</param>
    /// <param name="period">Window length n, at least 1.</param>
    /// <param name="result">Length N; the first n-1 elements become NaN.</param>
    public bool TryAverage(ReadOnlySpan<long> values, int period, Span<double> result)
    {
        if (!_isMade)
        {
            _isExact = Make(values);
            _isMade = true;
        }

        if (!_isExact)
        {
            return false;
        }

        int warmUp = Math.Min(period - 1, values.Length);
        result[..warmUp].Fill(double.NaN);
        int count = values.Length - warmUp;
        if (count == 0)
        {
            return true;
        }

        ReadOnlySpan<double> before = _totals.AsSpan(0, count);
        ReadOnlySpan<double> after = _totals.AsSpan(period, count);
        Span<double> target = result[warmUp..];
        ReadOnlySpan<Vector512<double>> befores = MemoryMarshal.Cast<double, Vector512<double>>(before);
        ReadOnlySpan<Vector512<double>> afters = MemoryMarshal.Cast<double, Vector512<double>>(after);
        Span<Vector512<double>> targets = MemoryMarshal.Cast<double, Vector512<double>>(target);
        double reciprocal = 1.0 / period;
        Vector512<double> divisors = Vector512.Create((double)period);
        Vector512<double> reciprocals = Vector512.Create(reciprocal);
        for (int i = 0; i < targets.Length; i++)
        {
            // A division in two corrected multiplications. The first correction makes the quotient faithful, and a faithful quotient
            // corrected once with a correctly rounded reciprocal is the correctly rounded one (Markstein, "Computation of elementary
            // functions on the IBM RISC System/6000 processor", 1990).
            Vector512<double> sum = afters[i] - befores[i];
            Vector512<double> quotient = sum * reciprocals;
            quotient = Vector512.FusedMultiplyAdd(Vector512.FusedMultiplyAdd(-quotient, divisors, sum), reciprocals, quotient);
            targets[i] = Vector512.FusedMultiplyAdd(Vector512.FusedMultiplyAdd(-quotient, divisors, sum), reciprocals, quotient);
        }

        for (int i = targets.Length * Vector512<double>.Count; i < count; i++)
        {
            target[i] = (after[i] - before[i]) / period;
        }

        return true;
    }

    private bool Make(ReadOnlySpan<long> values)
    {
        if (_totals.Length < values.Length + 1)
        {
            _totals = new double[values.Length + 1];
        }

        Span<double> totals = _totals.AsSpan(0, values.Length + 1);
        double total = 0;
        double largest = 0;
        totals[0] = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double value = values[i];
            total += value;
            largest = Math.Max(largest, Math.Abs(value));
            totals[i + 1] = total;
        }

        // Bounds every total by the sum of magnitudes, also when signs differ.
        return largest * values.Length < ExactMax;
    }
}
