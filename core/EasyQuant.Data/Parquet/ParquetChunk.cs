using System.Buffers.Binary;
using System.IO.Compression;

namespace EasyQuant.Data;

/// <summary>Reads the pages of one column chunk.</summary>
/// <param name="file">The file, or the part of it that holds the chunk.</param>
/// <param name="column">What the rows are added to.</param>
/// <param name="chunk">Its metadata.</param>
/// <param name="offset">Place of <paramref name="file"/> in the whole file.</param>
internal sealed class ParquetChunk(ReadOnlyMemory<byte> file, ParquetColumn column, ThriftValue chunk, long offset = 0)
{
    private const int PageBytesMax = 1 << 28;
    private const int RatioMax = 1100;
    private readonly int _codec = (int)chunk.Number(4);
    private List<(int Start, int Length)>? _dictionary;
    private byte[] _dictionaryBytes = [];

    /// <summary>Where the first page of a chunk lies in the file.</summary>
    public static long StartOf(ThriftValue chunk) =>
        Math.Min(chunk.Number(9), chunk.NumberOr(11, long.MaxValue) is > 0 and var dictionary ? dictionary : long.MaxValue);

    public void Read(long rowCount)
    {
        int at = checked((int)(StartOf(chunk) - offset));
        long rows = 0;
        while (rows < rowCount)
        {
            ThriftValue header = ThriftValue.Struct(file, ref at);
            int packed = checked((int)header.Number(3));
            int plain = checked((int)header.Number(2));
            ReadOnlyMemory<byte> page = file.Slice(at, packed);
            at += packed;
            switch (header.Number(1))
            {
                case 2:
                    ReadDictionary(Unpack(page, plain), header[7]);
                    break;
                case 0:
                    rows += ReadPage(Unpack(page, plain), header[5]);
                    break;
                case 3:
                    rows += ReadPage2(page, plain, header[8]);
                    break;
            }
        }

        if (rows != rowCount)
        {
            throw Wrong($"has {rows} rows in a group of {rowCount}");
        }
    }

    private void ReadDictionary(byte[] page, ThriftValue header)
    {
        int count = checked((int)header.Number(1));
        _dictionary = new List<(int, int)>(Math.Min(count, page.Length));
        _dictionaryBytes = page;
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            int length = ValueLength(page, ref at);
            _dictionary.Add((at, length));
            at += length;
        }
    }

    private int ReadPage(byte[] page, ThriftValue header)
    {
        int count = checked((int)header.Number(1));
        ReadOnlyMemory<byte> levels = default;
        int at = 0;
        if (column.IsOptional)
        {
            if (header.Number(3) != 3)
            {
                throw Wrong("has definition levels in an encoding that is not read");
            }

            int length = BinaryPrimitives.ReadInt32LittleEndian(page);
            levels = page.AsMemory(4, length);
            at = 4 + length;
        }

        ReadValues(page.AsMemory(at), levels, count, (int)header.Number(2));
        return count;
    }

    private int ReadPage2(ReadOnlyMemory<byte> page, int plain, ThriftValue header)
    {
        int count = checked((int)header.Number(1));
        int levelLength = checked((int)(header.Number(5) + header.Number(6)));
        ReadOnlyMemory<byte> levels = page.Slice((int)header.Number(6), (int)header.Number(5));
        ReadOnlyMemory<byte> values = header.NumberOr(7, 1) != 0 ? Unpack(page[levelLength..], plain - levelLength) : page[levelLength..];
        ReadValues(values, column.IsOptional ? levels : default, count, (int)header.Number(4));
        return count;
    }

    private void ReadValues(ReadOnlyMemory<byte> values, ReadOnlyMemory<byte> levels, int count, int encoding)
    {
        if (count < 0)
        {
            throw Wrong("has a page of a negative number of rows");
        }

        int[]? present = column.IsOptional ? RleHybrid.Read(levels.Span, 1, count) : null;
        int valueCount = present is null ? count : present.Sum();
        int[]? indexes = null;
        switch (encoding)
        {
            case 0:
                break;
            case 2 or 8:
                int bitWidth = valueCount == 0 ? 0 : values.Span[0];
                indexes = RleHybrid.Read(valueCount == 0 ? [] : values.Span[1..], bitWidth, valueCount);
                break;
            case 3 when column.Physical == 0:
                // Booleans of data pages of version 2: runs behind a length.
                indexes = RleHybrid.Read(values.Span[4..], 1, valueCount);
                break;
            default:
                throw Wrong($"has encoding {encoding}; read are PLAIN and RLE_DICTIONARY");
        }

        byte[] bytes = indexes is null ? values.ToArray() : [];
        int at = 0;
        int value = 0;
        for (int row = 0; row < count; row++)
        {
            if (present is not null && present[row] == 0)
            {
                column.AppendNull();
                continue;
            }

            if (column.Physical == 0)
            {
                column.Append([(byte)(indexes is null ? (bytes[value >> 3] >> (value & 7)) & 1 : indexes[value])]);
            }
            else if (indexes is not null)
            {
                (int start, int length) = _dictionary is { } known && indexes[value] < known.Count ? known[indexes[value]] : throw Wrong("uses a value that its dictionary lacks");
                column.Append(_dictionaryBytes.AsSpan(start, length));
            }
            else
            {
                int length = ValueLength(bytes, ref at);
                column.Append(bytes.AsSpan(at, length));
                at += length;
            }

            value++;
        }
    }

    private int ValueLength(byte[] bytes, ref int at)
    {
        if (column.Physical != 6)
        {
            return column.Width;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
        at += 4;
        return length;
    }

    private byte[] Unpack(ReadOnlyMemory<byte> page, int plain)
    {
        if (plain is < 0 or > PageBytesMax || plain / RatioMax > page.Length)
        {
            throw Wrong($"has a page of {page.Length} bytes that claims to hold {plain}");
        }

        switch (_codec)
        {
            case 0: return page.ToArray();
            case 1: return Snappy.Decode(page.Span, plain);
            case 2: return Inflate(new GZipStream(Stream(page), CompressionMode.Decompress), plain);
            case 4: return Inflate(new BrotliStream(Stream(page), CompressionMode.Decompress), plain);
            case 7:
                var output = new byte[plain];
                return Lz4.DecodeBlock(page.Span, output, 0) == plain ? output : throw Wrong("has a page that is too short");
            default: throw Wrong($"is compressed with codec {_codec}; read are none, gzip, Snappy, Brotli and LZ4_RAW");
        }
    }

    private byte[] Inflate(Stream packed, int plain)
    {
        using (packed)
        {
            var output = new byte[plain];
            int got = packed.ReadAtLeast(output, plain, throwOnEndOfStream: false);
            return got == plain && packed.ReadByte() < 0 ? output : throw Wrong($"has a page that does not hold its {plain} bytes");
        }
    }

    private static MemoryStream Stream(ReadOnlyMemory<byte> bytes) => new(bytes.ToArray(), writable: false);

    private ImportException Wrong(string what) => ParquetReader.Wrong($"column `{column.Schema.Name}` {what}");
}
