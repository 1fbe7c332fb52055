namespace EasyQuant.Data;

/// <summary>Decodes raw Snappy (format description of the Snappy project).</summary>
internal static class Snappy
{
    /// <summary>Decodes a block that holds exactly <paramref name="length"/> bytes.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> block, int length)
    {
        int at = 0;
        long announced = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = block[at++];
            announced |= (long)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                break;
            }

            if (shift > 28)
            {
                throw Lz4.Damaged("the length of its Snappy block does not end");
            }
        }

        if (announced != length)
        {
            throw Lz4.Damaged($"its Snappy block announces {announced} bytes, {length} are expected");
        }

        var output = new byte[length];
        int written = 0;
        while (at < block.Length)
        {
            int tag = block[at++];
            if ((tag & 3) == 0)
            {
                int literal = Literal(block, ref at, tag >> 2);
                block.Slice(at, literal).CopyTo(output.AsSpan(written));
                at += literal;
                written += literal;
                continue;
            }

            int match = (tag & 3) == 1 ? 4 + ((tag >> 2) & 7) : (tag >> 2) + 1;
            int width = (tag & 3) switch { 1 => 1, 2 => 2, _ => 4 };
            long distance = 0;
            for (int i = 0; i < width; i++)
            {
                distance |= (long)block[at++] << (8 * i);
            }

            distance |= (tag & 3) == 1 ? (long)(tag >> 5) << 8 : 0;
            written = Lz4.CopyMatch(output, written, (int)Math.Min(distance, int.MaxValue), match);
        }

        return written == length ? output : throw Lz4.Damaged($"its Snappy block holds {written} bytes, {length} are expected");
    }

    private static int Literal(ReadOnlySpan<byte> block, ref int at, int code)
    {
        if (code < 60)
        {
            return code + 1;
        }

        long length = 0;
        for (int i = 0; i < code - 59; i++)
        {
            length |= (long)block[at++] << (8 * i);
        }

        return checked((int)(length + 1));
    }
}
