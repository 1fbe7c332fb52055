namespace EasyQuant.Data;

/// <summary>Reads Parquet's hybrid of runs and bit-packed groups of eight.</summary>
internal static class RleHybrid
{
    /// <summary>Reads <paramref name="count"/> numbers of that many bits, 0 to 32.</summary>
    public static int[] Read(ReadOnlySpan<byte> bytes, int bitWidth, int count)
    {
        if (bitWidth is < 0 or > 32)
        {
            throw ParquetReader.Wrong($"numbers of {bitWidth} bits");
        }

        var values = new int[count];
        int at = 0;
        int filled = 0;
        while (filled < count)
        {
            ulong header = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte b = bytes[at++];
                header |= (ulong)(b & 0x7F) << shift;
                if (b < 0x80 || shift > 28)
                {
                    break;
                }
            }

            if ((header & 1) == 0)
            {
                int width = (bitWidth + 7) / 8;
                int value = 0;
                for (int i = 0; i < width; i++)
                {
                    value |= bytes[at++] << (8 * i);
                }

                int run = (int)Math.Min(header >> 1, (ulong)(count - filled));
                values.AsSpan(filled, run).Fill(value);
                filled += run;
                if (run == 0)
                {
                    throw ParquetReader.Wrong("a run of no values");
                }
            }
            else
            {
                int packed = (int)Math.Min((header >> 1) * 8, (ulong)(count - filled));
                ReadOnlySpan<byte> group = bytes.Slice(at, (int)Math.Min((header >> 1) * (ulong)bitWidth, (ulong)(bytes.Length - at)));
                for (int i = 0; i < packed; i++)
                {
                    values[filled++] = Bits(group, (long)i * bitWidth, bitWidth);
                }

                at += group.Length;
                if (packed == 0)
                {
                    throw ParquetReader.Wrong("a group of no values");
                }
            }
        }

        return values;
    }

    private static int Bits(ReadOnlySpan<byte> bytes, long bit, int width)
    {
        ulong value = 0;
        int shift = (int)(bit & 7);
        int needed = (shift + width + 7) / 8;
        for (int i = 0; i < needed; i++)
        {
            value |= (ulong)bytes[(int)(bit >> 3) + i] << (8 * i);
        }

        return (int)((value >> shift) & ((1UL << width) - 1));
    }
}
