using System.Buffers.Binary;

namespace EasyQuant.Data;

/// <summary>Decodes LZ4 blocks and frames (format descriptions of the LZ4 project, version 1.6.4 of the frame format). Checksums are not compared.</summary>
internal static class Lz4
{
    private const uint FrameMagic = 0x184D2204;

    /// <summary>Decodes a frame that holds exactly <paramref name="length"/> bytes.</summary>
    public static byte[] DecodeFrame(ReadOnlySpan<byte> frame, int length)
    {
        if (frame.Length < 7 || BinaryPrimitives.ReadUInt32LittleEndian(frame) != FrameMagic)
        {
            throw Damaged("it is no LZ4 frame");
        }

        int flags = frame[4];
        if (flags >> 6 != 1 || (flags & 1) != 0)
        {
            throw Damaged("its LZ4 frame has an unknown version or needs a dictionary");
        }

        bool hasBlockChecksums = (flags & 0x10) != 0;
        int at = 7 + ((flags & 0x08) != 0 ? 8 : 0);
        var output = new byte[length];
        int written = 0;
        while (true)
        {
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(frame[at..]);
            at += 4;
            if (size == 0)
            {
                break;
            }

            int packed = (int)(size & 0x7FFF_FFFF);
            ReadOnlySpan<byte> block = frame.Slice(at, packed);
            if ((size & 0x8000_0000) != 0)
            {
                if (packed > length - written)
                {
                    throw Damaged($"its LZ4 frame holds more than the {length} bytes that are expected");
                }

                block.CopyTo(output.AsSpan(written));
                written += packed;
            }
            else
            {
                written = DecodeBlock(block, output, written);
            }

            at += packed + (hasBlockChecksums ? 4 : 0);
        }

        return written == length ? output : throw Damaged($"its LZ4 frame holds {written} bytes, {length} are expected");
    }

    /// <summary>Decodes a block behind what was written; returns where the output ends. Matches may reach back to the start of the output.</summary>
    public static int DecodeBlock(ReadOnlySpan<byte> block, Span<byte> output, int written)
    {
        int at = 0;
        while (at < block.Length)
        {
            int token = block[at++];
            int literals = Length(block, ref at, token >> 4);
            if (literals > block.Length - at || literals > output.Length - written)
            {
                throw Damaged("a literal of its LZ4 block is too long");
            }

            block.Slice(at, literals).CopyTo(output[written..]);
            at += literals;
            written += literals;
            if (at == block.Length)
            {
                break;
            }

            int distance = BinaryPrimitives.ReadUInt16LittleEndian(block[at..]);
            at += 2;
            int match = Length(block, ref at, token & 15) + 4;
            written = CopyMatch(output, written, distance, match);
        }

        return written;
    }

    /// <summary>Repeats bytes of the output, which may overlap what is written.</summary>
    public static int CopyMatch(Span<byte> output, int written, int distance, int length)
    {
        if (distance == 0 || distance > written || length > output.Length - written)
        {
            throw Damaged("a match of a compressed block leaves the output");
        }

        for (int i = 0; i < length; i++, written++)
        {
            output[written] = output[written - distance];
        }

        return written;
    }

    internal static ImportException Damaged(string what) => new("IMPORT_FORMAT", $"The compressed data are damaged: {what}.");

    private static int Length(ReadOnlySpan<byte> block, ref int at, int nibble)
    {
        int length = nibble;
        if (nibble == 15)
        {
            byte more;
            do
            {
                more = block[at++];
                length = checked(length + more);
            }
            while (more == 255);
        }

        return length;
    }
}
