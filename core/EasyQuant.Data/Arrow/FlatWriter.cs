using System.Buffers.Binary;
using System.Text;

namespace EasyQuant.Data;

/// <summary>Writes FlatBuffers from their end to their start, as the format wants: what is referred to is written before what refers to it.</summary>
internal sealed class FlatWriter
{
    private byte[] _bytes = new byte[1024];
    private int _space = 1024;
    private int _alignment = 1;
    private int[] _fields = [];
    private int _tableStart;

    private int Offset => _bytes.Length - _space;

    public byte[] Finish(int root)
    {
        Prepare(_alignment, sizeof(int));
        PutOffset(root);
        return _bytes[_space..];
    }

    public int String(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Prepare(1, 0);
        _bytes[--_space] = 0;
        StartVector(1, utf8.Length, 1);
        _space -= utf8.Length;
        utf8.CopyTo(_bytes, _space);
        return EndVector(utf8.Length);
    }

    public int OffsetVector(ReadOnlySpan<int> offsets)
    {
        StartVector(sizeof(int), offsets.Length, sizeof(int));
        for (int i = offsets.Length - 1; i >= 0; i--)
        {
            PutOffset(offsets[i]);
        }

        return EndVector(offsets.Length);
    }

    /// <summary>A vector of structs that consist of 64-bit numbers.</summary>
    public int LongStructVector(ReadOnlySpan<long> values, int longsOfStruct)
    {
        StartVector(longsOfStruct * sizeof(long), values.Length / longsOfStruct, sizeof(long));
        for (int i = values.Length - 1; i >= 0; i--)
        {
            _space -= sizeof(long);
            BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(_space), values[i]);
        }

        return EndVector(values.Length / longsOfStruct);
    }

    public FlatWriter Table(int fieldCount)
    {
        _fields = new int[fieldCount];
        _tableStart = Offset;
        return this;
    }

    public FlatWriter Byte(int field, byte value)
    {
        Prepare(1, 0);
        _bytes[--_space] = value;
        _fields[field] = Offset;
        return this;
    }

    public FlatWriter Short(int field, short value)
    {
        PutShort(value);
        _fields[field] = Offset;
        return this;
    }

    public FlatWriter Int(int field, int value)
    {
        Prepare(sizeof(int), 0);
        PutInt(value);
        _fields[field] = Offset;
        return this;
    }

    public FlatWriter Long(int field, long value)
    {
        Prepare(sizeof(long), 0);
        _space -= sizeof(long);
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(_space), value);
        _fields[field] = Offset;
        return this;
    }

    public FlatWriter Reference(int field, int offset)
    {
        PutOffset(offset);
        _fields[field] = Offset;
        return this;
    }

    public int EndTable()
    {
        Prepare(sizeof(int), 0);
        PutInt(0);
        int table = Offset;
        for (int i = _fields.Length - 1; i >= 0; i--)
        {
            PutShort((short)(_fields[i] == 0 ? 0 : table - _fields[i]));
        }

        PutShort((short)(table - _tableStart));
        PutShort((short)((_fields.Length + 2) * sizeof(short)));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_bytes.Length - table), Offset - table);
        return table;
    }

    private void StartVector(int elementLength, int count, int alignment)
    {
        Prepare(sizeof(int), elementLength * count);
        Prepare(alignment, elementLength * count);
    }

    private int EndVector(int count)
    {
        PutInt(count);
        return Offset;
    }

    private void PutOffset(int target)
    {
        Prepare(sizeof(int), 0);
        PutInt(Offset - target + sizeof(int));
    }

    private void PutShort(short value)
    {
        Prepare(sizeof(short), 0);
        _space -= sizeof(short);
        BinaryPrimitives.WriteInt16LittleEndian(_bytes.AsSpan(_space), value);
    }

    private void PutInt(int value)
    {
        _space -= sizeof(int);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_space), value);
    }

    /// <summary>Makes room for an element, so that it is aligned when <paramref name="extra"/> more bytes follow before it.</summary>
    private void Prepare(int length, int extra)
    {
        _alignment = Math.Max(_alignment, length);
        int padding = -(Offset + extra) & (length - 1);
        while (_space < padding + length + extra)
        {
            var larger = new byte[_bytes.Length * 2];
            _bytes.CopyTo(larger, larger.Length - _bytes.Length);
            _space += larger.Length - _bytes.Length;
            _bytes = larger;
        }

        _space -= padding;
        _bytes.AsSpan(_space, padding).Clear();
    }
}
