namespace EasyQuant.Engine;

/// <summary>
/// A column of numbers over the bars of one instrument, oldest first, as a signal strategy sees it. Belongs to a
/// <see cref="SignalColumns"/> and is valid as long as that is; not thread-safe.
/// </summary>
public sealed class SignalColumn
{
    /// <summary>Bars in a word of a mask; the storage is a multiple of it, padded with NaN.</summary>
    internal const int BlockLength = 64;

    private double[] _padded = [];
    private int _count;

    internal SignalColumn()
    {
    }

    /// <summary>The numbers, one a bar; NaN where the column is not defined yet.</summary>
    public ReadOnlySpan<double> Values => _padded.AsSpan(0, _count);

    /// <summary>Position of the first number; the count of bars when there is none.</summary>
    internal int FirstNumber { get; private set; }

    /// <summary>True when a NaN follows the first number.</summary>
    internal bool HasHoles { get; private set; }

    /// <summary>The storage: whole blocks, NaN beyond the last bar.</summary>
    internal ReadOnlySpan<double> Padded => _padded.AsSpan(0, PaddedLength(_count));

    /// <summary>Returns <paramref name="count"/> rounded up to whole blocks.</summary>
    internal static int PaddedLength(int count) => (count + BlockLength - 1) & -BlockLength;

    /// <summary>Sets the count and returns the numbers to be written; <see cref="Seal(int)"/> or <see cref="Seal()"/> must follow.</summary>
    internal Span<double> Prepare(int count)
    {
        int padded = PaddedLength(count);
        if (_padded.Length < padded)
        {
            _padded = new double[padded];
        }

        _count = count;
        _padded.AsSpan(count, padded - count).Fill(double.NaN);
        return _padded.AsSpan(0, count);
    }

    /// <summary>Ends writing when it is known that numbers start at <paramref name="firstNumber"/> and have no holes.</summary>
    internal void Seal(int firstNumber)
    {
        FirstNumber = Math.Min(firstNumber, _count);
        HasHoles = false;
    }

    /// <summary>Ends writing and looks for the first number and for holes.</summary>
    internal void Seal()
    {
        ReadOnlySpan<double> values = Values;
        int first = 0;
        while (first < values.Length && double.IsNaN(values[first]))
        {
            first++;
        }

        FirstNumber = first;
        HasHoles = false;
        for (int i = first; i < values.Length; i++)
        {
            HasHoles |= double.IsNaN(values[i]);
        }
    }
}
