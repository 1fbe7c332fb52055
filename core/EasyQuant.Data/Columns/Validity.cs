using System.Numerics;

namespace EasyQuant.Data;

/// <summary>
/// Which rows of a column hold a value: one bit a row, least significant bit first, 1 = a value is present, as in Arrow.
/// Immutable; slices share the bits.
/// </summary>
public sealed class Validity
{
    private readonly ReadOnlyMemory<byte> _bits;
    private readonly int _offset;

    private Validity(ReadOnlyMemory<byte> bits, int offset, int length)
    {
        _bits = bits;
        _offset = offset;
        Length = length;
        NullCount = length - CountOnes(bits.Span, offset, length);
    }

    /// <summary>Number of rows.</summary>
    public int Length { get; }

    /// <summary>Number of rows without a value.</summary>
    public int NullCount { get; }

    /// <summary>Creates a validity from one flag a row.</summary>
    /// <param name="isPresent">True where the row holds a value; not kept.</param>
    public static Validity FromFlags(ReadOnlySpan<bool> isPresent)
    {
        var bits = new byte[(isPresent.Length + 7) / 8];
        for (int i = 0; i < isPresent.Length; i++)
        {
            if (isPresent[i])
            {
                bits[i >> 3] |= (byte)(1 << (i & 7));
            }
        }

        return new Validity(bits, 0, isPresent.Length);
    }

    /// <summary>Wraps a bitmap without copying it.</summary>
    /// <param name="bits">The bitmap; must not be modified afterwards.</param>
    /// <param name="length">Rows covered.</param>
    /// <exception cref="ArgumentException">The bitmap is shorter than <paramref name="length"/> bits.</exception>
    public static Validity FromBitmap(ReadOnlyMemory<byte> bits, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (bits.Length < (length + 7L) / 8)
        {
            throw new ArgumentException($"A validity of {length} rows needs {(length + 7L) / 8} bytes, got {bits.Length}.", nameof(bits));
        }

        return new Validity(bits, 0, length);
    }

    /// <summary>Whether a row holds a value.</summary>
    /// <param name="row">0 to <see cref="Length"/> - 1.</param>
    public bool IsPresent(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Length, nameof(row));
        int bit = _offset + row;
        return (_bits.Span[bit >> 3] & (1 << (bit & 7))) != 0;
    }

    /// <summary>Returns the rows [offset, offset + length); shares the bits.</summary>
    public Validity Slice(int offset, int length)
    {
        if (offset < 0 || length < 0 || offset > Length - length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), $"Rows {offset} to {(long)offset + length} are outside 0 to {Length}.");
        }

        return new Validity(_bits, _offset + offset, length);
    }

    /// <summary>Writes the bits of all rows from bit 0 of <paramref name="target"/>; unused bits of the last byte are 0.</summary>
    internal void CopyTo(Span<byte> target)
    {
        target = target[..((Length + 7) / 8)];
        if ((_offset & 7) == 0)
        {
            _bits.Span.Slice(_offset >> 3, target.Length).CopyTo(target);
            if ((Length & 7) != 0)
            {
                target[^1] &= (byte)((1 << (Length & 7)) - 1);
            }

            return;
        }

        target.Clear();
        for (int i = 0; i < Length; i++)
        {
            if (IsPresent(i))
            {
                target[i >> 3] |= (byte)(1 << (i & 7));
            }
        }
    }

    private static int CountOnes(ReadOnlySpan<byte> bits, int offset, int length)
    {
        int count = 0;
        int end = offset + length;
        int bit = offset;
        while (bit < end && ((bit & 7) != 0 || end - bit < 8))
        {
            count += (bits[bit >> 3] >> (bit & 7)) & 1;
            bit++;
        }

        while (end - bit >= 8)
        {
            count += BitOperations.PopCount(bits[bit >> 3]);
            bit += 8;
        }

        while (bit < end)
        {
            count += (bits[bit >> 3] >> (bit & 7)) & 1;
            bit++;
        }

        return count;
    }
}
