using System.Text;

namespace EasyQuant.Data;

/// <summary>A value of Thrift's compact protocol: a number, bytes, a list, or a struct with fields by number. Bounded in depth and count.</summary>
internal sealed class ThriftValue
{
    private const int DepthMax = 16;
    private const int ElementsMax = 1_000_000;
    private readonly SortedDictionary<int, ThriftValue> _fields = [];
    private long _number;
    private ReadOnlyMemory<byte> _bytes;

    public List<ThriftValue> Items { get; } = [];

    public bool Has(int field) => _fields.ContainsKey(field);

    public ThriftValue this[int field] => _fields.TryGetValue(field, out ThriftValue? value) ? value : throw ParquetReader.Wrong($"field {field} of its metadata is missing");

    public long Number(int field) => this[field]._number;

    public long NumberOr(int field, long otherwise) => _fields.TryGetValue(field, out ThriftValue? value) ? value._number : otherwise;

    public string Text(int field) => Encoding.UTF8.GetString(this[field]._bytes.Span);

    public string AsText => Encoding.UTF8.GetString(_bytes.Span);

    /// <summary>Reads a struct and moves the position behind it.</summary>
    public static ThriftValue Struct(ReadOnlyMemory<byte> bytes, ref int at)
    {
        int budget = ElementsMax;
        return Struct(bytes, ref at, 0, ref budget);
    }

    private static ThriftValue Struct(ReadOnlyMemory<byte> bytes, ref int at, int depth, ref int budget)
    {
        if (depth > DepthMax)
        {
            throw ParquetReader.Wrong("its metadata are nested too deep");
        }

        var value = new ThriftValue();
        int last = 0;
        while (true)
        {
            byte header = Byte(bytes, ref at);
            if (header == 0)
            {
                return value;
            }

            last = header >> 4 == 0 ? (int)Zigzag(Varint(bytes, ref at)) : last + (header >> 4);
            int type = header & 15;
            value._fields[last] = type is 1 or 2 ? new ThriftValue { _number = type == 1 ? 1 : 0 } : Value(bytes, ref at, type, depth, ref budget);
        }
    }

    private static ThriftValue Value(ReadOnlyMemory<byte> bytes, ref int at, int type, int depth, ref int budget)
    {
        if (--budget < 0)
        {
            throw ParquetReader.Wrong("its metadata have too many elements");
        }

        var value = new ThriftValue();
        switch (type)
        {
            case 1 or 2 or 3:
                value._number = Byte(bytes, ref at);
                break;
            case 4 or 5 or 6:
                value._number = Zigzag(Varint(bytes, ref at));
                break;
            case 7:
                at += 8;
                break;
            case 8:
                int length = checked((int)Varint(bytes, ref at));
                value._bytes = bytes.Slice(at, length);
                at += length;
                break;
            case 9 or 10:
                byte header = Byte(bytes, ref at);
                long count = header >> 4 == 15 ? checked((long)Varint(bytes, ref at)) : header >> 4;
                for (long i = 0; i < count; i++)
                {
                    value.Items.Add(Value(bytes, ref at, header & 15, depth + 1, ref budget));
                }

                break;
            case 12:
                return Struct(bytes, ref at, depth + 1, ref budget);
            default:
                throw ParquetReader.Wrong($"its metadata have a value of kind {type}");
        }

        return value;
    }

    private static byte Byte(ReadOnlyMemory<byte> bytes, ref int at) => bytes.Span[at++];

    private static ulong Varint(ReadOnlyMemory<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte b = bytes.Span[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }

        throw ParquetReader.Wrong("a number of its metadata does not end");
    }

    private static long Zigzag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
