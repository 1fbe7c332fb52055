using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EasyQuant.Engine;

/// <summary>
/// What a signal strategy writes for one instrument: where to enter, where to leave, how much. All masks start empty. Made and reused by
/// the engine; not thread-safe.
/// </summary>
public sealed class SignalOutput
{
    private readonly SignalMask _scratch = new();
    private long[] _sizes = [];
    private long _size;

    internal SignalOutput()
    {
    }

    /// <summary>Bars at whose close a flat position without a resting order is opened.</summary>
    public SignalMask Entry { get; } = new();

    /// <summary>Bars at whose close a held position without a resting order is closed as a whole.</summary>
    public SignalMask Exit { get; } = new();

    /// <summary>A mask for intermediate results; empty at the start.</summary>
    public SignalMask Scratch
    {
        get
        {
            if (!UsesScratch)
            {
                UsesScratch = true;
                _scratch.Reset(Entry.Count);
            }

            return _scratch;
        }
    }

    /// <summary>Number of bars.</summary>
    public int Count => Entry.Count;

    /// <summary>Units of quantity (shares) of every entry, at least 0, where 0 gives no order. Writing it ends the use of <see cref="Sizes"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public long Size
    {
        get => _size;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _size = value;
            HasSizes = false;
        }
    }

    /// <summary>
    /// Units of quantity of an entry at each bar, at least 0, where 0 gives no order; all 0 at the first use. Using it makes
    /// <see cref="Size"/> count no more.
    /// </summary>
    public Span<long> Sizes
    {
        get
        {
            if (!HasSizes)
            {
                if (_sizes.Length < Count)
                {
                    _sizes = new long[Count];
                }

                HasSizes = true;
                _sizes.AsSpan(0, Count).Clear();
            }

            return _sizes.AsSpan(0, Count);
        }
    }

    /// <summary>True when the sizes of the bars count, false when <see cref="Size"/> does.</summary>
    internal bool HasSizes { get; private set; }

    private bool UsesScratch { get; set; }

    /// <summary>
    /// Sets <see cref="Entry"/> where <paramref name="fast"/> rises above <paramref name="slow"/> and <see cref="Exit"/> where it stops to be
    /// above: the comparison differs from that of the bar before, and both columns are numbers at both bars.
    /// </summary>
    /// <param name="fast">A column of these bars.</param>
    /// <param name="slow">A column of these bars.</param>
    public void SetCross(SignalColumn fast, SignalColumn slow)
    {
        if (fast.HasHoles || slow.HasHoles)
        {
            SetCrossWithHoles(fast, slow);
            return;
        }

        ReadOnlySpan<double> left = fast.Padded;
        ReadOnlySpan<double> right = slow.Padded;
        Span<ulong> entries = Entry.Words;
        Span<ulong> exits = Exit.Words;
        int blocks = entries.Length;
        if (left.Length != blocks * SignalColumn.BlockLength || right.Length != left.Length || exits.Length != blocks)
        {
            throw new ArgumentException("The columns must be of the bars of this output.");
        }

        int first = Math.Max(fast.FirstNumber, slow.FirstNumber) + 1;
        int word = Math.Min((first - 1) >> 6, blocks);
        entries[..word].Clear();
        exits[..word].Clear();
        ulong carry = 0;
        ref Vector512<double> lefts = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<double, Vector512<double>>(left));
        ref Vector512<double> rights = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<double, Vector512<double>>(right));
        for (; word < blocks; word++)
        {
            ulong above = Above(ref lefts, ref rights, word * 8);
            ulong before = (above << 1) | carry;
            carry = above >> 63;
            ulong changed = above ^ before;
            if (word == (first - 1) >> 6 || word == first >> 6 || word == blocks - 1)
            {
                changed &= SignalMask.WithinWord(word, first, Count);
            }

            entries[word] = changed & above;
            exits[word] = changed & before;
        }
    }

    /// <summary>Returns the quantity of an entry at a bar.</summary>
    internal long SizeAt(int bar) => HasSizes ? _sizes[bar] : _size;

    /// <summary>Empties everything for an instrument of <paramref name="count"/> bars.</summary>
    internal void Reset(int count)
    {
        Entry.Reset(count);
        Exit.Reset(count);
        UsesScratch = false;
        HasSizes = false;
        _size = 0;
    }

    private static ulong Above(ref Vector512<double> lefts, ref Vector512<double> rights, int index)
    {
        ulong above = 0;
        for (int i = 0; i < 8; i++)
        {
            ulong bits = Vector512.GreaterThan(
                Unsafe.Add(ref lefts, index + i),
                Unsafe.Add(ref rights, index + i)).ExtractMostSignificantBits();
            above |= bits << (i * 8);
        }

        return above;
    }

    private void SetCrossWithHoles(SignalColumn fast, SignalColumn slow)
    {
        ReadOnlySpan<double> left = fast.Values;
        ReadOnlySpan<double> right = slow.Values;
        Entry.Clear();
        Exit.Clear();
        for (int i = 1; i < Count; i++)
        {
            if (double.IsNaN(left[i]) || double.IsNaN(right[i]) || double.IsNaN(left[i - 1]) || double.IsNaN(right[i - 1]))
            {
                continue;
            }

            bool now = left[i] > right[i];
            bool before = left[i - 1] > right[i - 1];
            Entry[i] = now && !before;
            Exit[i] = before && !now;
        }
    }
}
