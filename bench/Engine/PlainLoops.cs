using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EasyQuant.Bench.Engine;

/// <summary>The hand-written loops that the engines are measured against: only the arithmetic of a workload, over plain arrays of doubles.</summary>
internal static class PlainLoops
{
    private const double Commission = 0.0003;
    private const double Stamp = 0.001;
    private const double Size = 1000;
    private const double Cash = EngineData.CashYuan;

    /// <summary>W1: two rolling sums, 1,000 shares at the next open.</summary>
    public static (double Equity, int Fills) SmaCross(ReadOnlySpan<double> open, ReadOnlySpan<double> close, int fast, int slow)
    {
        double fastSum = 0;
        double slowSum = 0;
        double perFast = 1.0 / fast;
        double perSlow = 1.0 / slow;
        double cash = Cash;
        double held = 0;
        int before = 0;
        int order = 0;
        int fills = 0;
        for (int i = 0; i < close.Length; i++)
        {
            if (order != 0)
            {
                if (order > 0 && held == 0)
                {
                    cash -= Size * open[i] * (1 + Commission);
                    held = Size;
                    fills++;
                }
                else if (order < 0 && held > 0)
                {
                    cash += Size * open[i] * (1 - Commission - Stamp);
                    held = 0;
                    fills++;
                }

                order = 0;
            }

            fastSum += close[i];
            slowSum += close[i];
            if (i >= fast)
            {
                fastSum -= close[i - fast];
            }

            if (i >= slow)
            {
                slowSum -= close[i - slow];
            }

            if (i >= slow - 1)
            {
                int now = fastSum * perFast > slowSum * perSlow ? 1 : -1;
                if (before != 0 && now != before)
                {
                    order = now;
                }

                before = now;
            }
        }

        return (cash + (held * close[^1]), fills);
    }

    /// <summary>W2: averages once a symbol, comparisons in 64-bit masks, symbols split over threads. Equities of all lanes go to <paramref name="equities"/>.</summary>
    public static long Sweep(double[] open, double[] close, int[] fast, int[] slow, int threads, double[] equities)
    {
        long[] fills = new long[threads];
        Thread[] others = [.. Enumerable.Range(1, threads - 1).Select(t => new Thread(() => fills[t] = SweepPart(open, close, fast, slow, t, threads, equities)))];
        foreach (Thread other in others)
        {
            other.Start();
        }

        fills[0] = SweepPart(open, close, fast, slow, 0, threads, equities);
        foreach (Thread other in others)
        {
            other.Join();
        }

        return fills.Sum();
    }

    private static long SweepPart(double[] open, double[] close, int[] fast, int[] slow, int first, int step, double[] equities)
    {
        const int Days = EngineData.DayCount;
        int[] lengths = [.. fast, .. slow];
        double[] totals = new double[Days + 1];
        double[][] averages = [.. lengths.Select(_ => new double[Days + 64])];
        long fills = 0;
        for (int s = first; s < EngineData.SymbolCount; s += step)
        {
            ReadOnlySpan<double> opens = open.AsSpan(s * Days, Days);
            ReadOnlySpan<double> closes = close.AsSpan(s * Days, Days);
            for (int i = 0; i < Days; i++)
            {
                totals[i + 1] = totals[i] + closes[i];
            }

            for (int k = 0; k < lengths.Length; k++)
            {
                Average(totals, lengths[k], averages[k]);
            }

            for (int x = 0; x < fast.Length; x++)
            {
                for (int y = 0; y < slow.Length; y++)
                {
                    equities[(s * fast.Length * slow.Length) + (x * slow.Length) + y] =
                        Lane(averages[x], averages[fast.Length + y], slow[y] - 1, opens, closes[^1], ref fills);
                }
            }
        }

        return fills;
    }

    private static void Average(double[] totals, int length, double[] result)
    {
        double perLength = 1.0 / length;
        int i = length - 1;
        for (; i + Vector<double>.Count <= EngineData.DayCount; i += Vector<double>.Count)
        {
            Vector<double> sum = new Vector<double>(totals, i + 1) - new Vector<double>(totals, i + 1 - length);
            (sum * perLength).CopyTo(result, i);
        }

        for (; i < EngineData.DayCount; i++)
        {
            result[i] = (totals[i + 1] - totals[i + 1 - length]) * perLength;
        }
    }

    private static double Lane(double[] fast, double[] slow, int start, ReadOnlySpan<double> opens, double lastClose, ref long fills)
    {
        ref double fastStart = ref MemoryMarshal.GetArrayDataReference(fast);
        ref double slowStart = ref MemoryMarshal.GetArrayDataReference(slow);
        double cash = Cash;
        double held = 0;
        ulong carry = 0;
        bool isFirst = true;
        for (int block = start; block < opens.Length; block += 64)
        {
            int count = Math.Min(64, opens.Length - block);
            ulong above = 0;
            for (int j = 0; j < count; j += 8)
            {
                Vector512<double> left = Vector512.LoadUnsafe(ref fastStart, (nuint)(block + j));
                Vector512<double> right = Vector512.LoadUnsafe(ref slowStart, (nuint)(block + j));
                above |= Vector512.GreaterThan(left, right).ExtractMostSignificantBits() << j;
            }

            ulong valid = count < 64 ? (1ul << count) - 1 : ulong.MaxValue;
            above &= valid;
            ulong changed = (above ^ ((above << 1) | (isFirst ? above & 1 : carry))) & valid;
            isFirst = false;
            carry = (above >> (count - 1)) & 1;
            while (changed != 0)
            {
                int j = BitOperations.TrailingZeroCount(changed);
                changed &= changed - 1;
                int i = block + j + 1;
                if (i >= opens.Length)
                {
                    break;
                }

                if ((above >> j & 1) != 0)
                {
                    if (held == 0)
                    {
                        cash -= Size * opens[i] * (1 + Commission);
                        held = Size;
                        fills++;
                    }
                }
                else if (held > 0)
                {
                    cash += Size * opens[i] * (1 - Commission - Stamp);
                    held = 0;
                    fills++;
                }
            }
        }

        return cash + (held * lastClose);
    }
}
