using System.Text;

namespace EasyQuant.Data;

/// <summary>Writes Thrift's compact protocol, as Parquet's metadata use it.</summary>
internal sealed class ThriftWriter
{
    private const int I32 = 5;
    private const int I64 = 6;
    private const int Binary = 8;
    private const int List = 9;
    private const int Struct = 12;

    private readonly MemoryStream _bytes = new();
    private readonly Stack<int> _outer = new();
    private int _last;

    public byte[] ToArray() => _bytes.ToArray();

    public ThriftWriter Int(int field, int value)
    {
        Header(field, I32);
        Varint(Zigzag(value));
        return this;
    }

    public ThriftWriter Long(int field, long value)
    {
        Header(field, I64);
        Varint(Zigzag(value));
        return this;
    }

    public ThriftWriter Flag(int field, bool value)
    {
        Header(field, value ? 1 : 2);
        return this;
    }

    public ThriftWriter Text(int field, string value)
    {
        Header(field, Binary);
        Raw(value);
        return this;
    }

    public ThriftWriter Texts(int field, IReadOnlyList<string> values)
    {
        ListHeader(field, Binary, values.Count);
        foreach (string value in values)
        {
            Raw(value);
        }

        return this;
    }

    public ThriftWriter Ints(int field, IReadOnlyList<int> values)
    {
        ListHeader(field, I32, values.Count);
        foreach (int value in values)
        {
            Varint(Zigzag(value));
        }

        return this;
    }

    public ThriftWriter Structs<T>(int field, IReadOnlyList<T> values, Action<ThriftWriter, T> write)
    {
        ListHeader(field, Struct, values.Count);
        foreach (T value in values)
        {
            Open();
            write(this, value);
            Close();
        }

        return this;
    }

    public ThriftWriter Nested(int field, Action<ThriftWriter> write)
    {
        Header(field, Struct);
        Open();
        write(this);
        Close();
        return this;
    }

    /// <summary>Ends the outermost struct.</summary>
    public ThriftWriter Stop()
    {
        _bytes.WriteByte(0);
        return this;
    }

    private void Open()
    {
        _outer.Push(_last);
        _last = 0;
    }

    private void Close()
    {
        _bytes.WriteByte(0);
        _last = _outer.Pop();
    }

    private void Header(int field, int type)
    {
        int step = field - _last;
        if (step is >= 1 and <= 15)
        {
            _bytes.WriteByte((byte)((step << 4) | type));
        }
        else
        {
            _bytes.WriteByte((byte)type);
            Varint(Zigzag(field));
        }

        _last = field;
    }

    private void ListHeader(int field, int type, int count)
    {
        Header(field, List);
        if (count < 15)
        {
            _bytes.WriteByte((byte)((count << 4) | type));
        }
        else
        {
            _bytes.WriteByte((byte)(0xF0 | type));
            Varint((ulong)count);
        }
    }

    private void Raw(string value)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(value);
        Varint((ulong)utf8.Length);
        _bytes.Write(utf8);
    }

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _bytes.WriteByte((byte)(value | 0x80));
            value >>= 7;
        }

        _bytes.WriteByte((byte)value);
    }

    private static ulong Zigzag(long value) => (ulong)((value << 1) ^ (value >> 63));
}
