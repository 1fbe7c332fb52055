using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EasyQuant.Data;

/// <summary>The buffers of a column in Arrow's layout: validity (empty when nothing is missing), then offsets, then values.</summary>
internal static class ArrowBuffers
{
    public static IEnumerable<ReadOnlyMemory<byte>> Of(Column column)
    {
        yield return Bits(column);
        switch (column)
        {
            case StringColumn c:
                yield return Offsets(c);
                yield return c.Utf8Bytes[c.Offsets[0]..c.Offsets[^1]].ToArray();
                break;
            case DecimalColumn c:
                yield return Decimals(c);
                break;
            case BoolColumn c:
                yield return Flags(c.Length, row => c.Values[row]);
                break;
            case Float64Column c:
                yield return Bytes(c.Values);
                break;
            case DateColumn c:
                yield return Bytes(c.Days);
                break;
            case TimestampColumn c:
                yield return Bytes(c.Micros);
                break;
            case Int64Column c:
                yield return Bytes(c.Values);
                break;
        }
    }

    private static byte[] Bits(Column column) => column.NullCount == 0 ? [] : Flags(column.Length, row => !column.IsNull(row));

    private static byte[] Flags(int length, Func<int, bool> flag)
    {
        var bits = new byte[(length + 7) / 8];
        for (int row = 0; row < length; row++)
        {
            bits[row >> 3] |= (byte)(flag(row) ? 1 << (row & 7) : 0);
        }

        return bits;
    }

    private static byte[] Offsets(StringColumn column)
    {
        ReadOnlySpan<int> offsets = column.Offsets;
        var moved = new int[offsets.Length];
        for (int i = 0; i < moved.Length; i++)
        {
            moved[i] = offsets[i] - offsets[0];
        }

        return Bytes<int>(moved);
    }

    private static byte[] Decimals(DecimalColumn column)
    {
        var bytes = new byte[column.Length * 16];
        for (int row = 0; row < column.Length; row++)
        {
            BinaryPrimitives.WriteInt128LittleEndian(bytes.AsSpan(row * 16), column.Units[row]);
        }

        return bytes;
    }

    private static byte[] Bytes<T>(ReadOnlySpan<T> values)
        where T : unmanaged => MemoryMarshal.AsBytes(values).ToArray();
}
