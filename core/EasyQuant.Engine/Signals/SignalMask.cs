using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EasyQuant.Engine;

/// <summary>
/// One bit a bar, oldest first: true where a condition holds at the close of the bar. Comparisons with NaN are false. Belongs to a
/// <see cref="SignalOutput"/> and is valid as long as that is; not thread-safe. Nothing here allocates after the first use.
/// </summary>
public sealed class SignalMask
{
    private ulong[] _words = [];

    internal SignalMask()
    {
    }

    /// <summary>Number of bars.</summary>
    public int Count { get; private set; }

    /// <summary>Bits from the least significant on; bits beyond the last bar are 0.</summary>
    internal Span<ulong> Words => _words.AsSpan(0, WordCount(Count));

    /// <summary>Reads or writes the bit of a bar.</summary>
    /// <param name="bar">0 to <see cref="Count"/> - 1.</param>
    public bool this[int bar]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)bar, (uint)Count);
            return (_words[bar >> 6] >> (bar & 63) & 1) != 0;
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)bar, (uint)Count);
            ulong bit = 1ul << (bar & 63);
            _words[bar >> 6] = value ? _words[bar >> 6] | bit : _words[bar >> 6] & ~bit;
        }
    }

    /// <summary>Sets each bit to left &gt; right.</summary>
    /// <param name="left">A column of the same bars.</param>
    /// <param name="right">A column of the same bars.</param>
    public void SetAbove(SignalColumn left, SignalColumn right) => Compare(left.Padded, right.Padded, default);

    /// <summary>Sets each bit to left &gt; threshold.</summary>
    /// <param name="left">A column of the same bars.</param>
    /// <param name="threshold">Any number.</param>
    public void SetAbove(SignalColumn left, double threshold) => Compare(left.Padded, default, Vector512.Create(threshold));

    /// <summary>Sets each bit to left &lt; threshold.</summary>
    /// <param name="left">A column of the same bars.</param>
    /// <param name="threshold">Any number.</param>
    public void SetBelow(SignalColumn left, double threshold)
    {
        ReadOnlySpan<Vector512<double>> values = MemoryMarshal.Cast<double, Vector512<double>>(left.Padded);
        Span<byte> bytes = MemoryMarshal.AsBytes(Words);
        CheckLength(values.Length, bytes.Length);
        Vector512<double> limit = Vector512.Create(threshold);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)Vector512.LessThan(values[i], limit).ExtractMostSignificantBits();
        }
    }

    /// <summary>Sets each bit to left &gt;= right.</summary>
    /// <param name="left">A column of the same bars.</param>
    /// <param name="right">A column of the same bars.</param>
    public void SetAtLeast(SignalColumn left, SignalColumn right)
    {
        ReadOnlySpan<Vector512<double>> lefts = MemoryMarshal.Cast<double, Vector512<double>>(left.Padded);
        ReadOnlySpan<Vector512<double>> rights = MemoryMarshal.Cast<double, Vector512<double>>(right.Padded);
        Span<byte> bytes = MemoryMarshal.AsBytes(Words);
        CheckLength(lefts.Length, bytes.Length);
        CheckLength(rights.Length, bytes.Length);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)Vector512.GreaterThanOrEqual(lefts[i], rights[i]).ExtractMostSignificantBits();
        }
    }

    /// <summary>Sets the bits of all bars.</summary>
    public void SetAll()
    {
        Span<ulong> words = Words;
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = WithinWord(i, 0, Count);
        }
    }

    /// <summary>Keeps the bits that <paramref name="other"/> has too.</summary>
    /// <param name="other">A mask of the same bars.</param>
    public void And(SignalMask other)
    {
        CheckLength(other.Count, Count);
        Span<ulong> words = Words;
        ReadOnlySpan<ulong> others = other.Words;
        for (int i = 0; i < words.Length; i++)
        {
            words[i] &= others[i];
        }
    }

    /// <summary>Adds the bits of <paramref name="other"/>.</summary>
    /// <param name="other">A mask of the same bars.</param>
    public void Or(SignalMask other)
    {
        CheckLength(other.Count, Count);
        Span<ulong> words = Words;
        ReadOnlySpan<ulong> others = other.Words;
        for (int i = 0; i < words.Length; i++)
        {
            words[i] |= others[i];
        }
    }

    /// <summary>Clears all bits.</summary>
    public void Clear() => Words.Clear();

    /// <summary>Returns the number of set bits.</summary>
    public int CountBits()
    {
        int count = 0;
        foreach (ulong word in Words)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    internal static int WordCount(int count) => (count + 63) >> 6;

    /// <summary>Returns the bits of a word that belong to bars not before <paramref name="first"/> and before <paramref name="end"/>.</summary>
    internal static ulong WithinWord(int word, int first, int end)
    {
        int from = Math.Clamp(first - (word << 6), 0, 64);
        int to = Math.Clamp(end - (word << 6), 0, 64);
        ulong below = to == 64 ? ulong.MaxValue : (1ul << to) - 1;
        return from == 64 ? 0 : below & (ulong.MaxValue << from);
    }

    /// <summary>Sets the count and clears all bits.</summary>
    internal void Reset(int count)
    {
        if (_words.Length < WordCount(count))
        {
            _words = new ulong[WordCount(count)];
        }

        Count = count;
        Words.Clear();
    }

    /// <summary>Copies the bits of another mask of the same bars.</summary>
    internal void CopyFrom(SignalMask other)
    {
        CheckLength(other.Count, Count);
        other.Words.CopyTo(Words);
    }

    private static void CheckLength(int actual, int expected)
    {
        if (actual != expected)
        {
            throw new ArgumentException($"Columns and masks must be of the same bars; one has {actual}, the other {expected} elements.");
        }
    }

    private void Compare(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Vector512<double> threshold)
    {
        ReadOnlySpan<Vector512<double>> lefts = MemoryMarshal.Cast<double, Vector512<double>>(left);
        ReadOnlySpan<Vector512<double>> rights = MemoryMarshal.Cast<double, Vector512<double>>(right);
        Span<byte> bytes = MemoryMarshal.AsBytes(Words);
        CheckLength(lefts.Length, bytes.Length);
        if (rights.IsEmpty)
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)Vector512.GreaterThan(lefts[i], threshold).ExtractMostSignificantBits();
            }

            return;
        }

        CheckLength(rights.Length, bytes.Length);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)Vector512.GreaterThan(lefts[i], rights[i]).ExtractMostSignificantBits();
        }
    }
}
