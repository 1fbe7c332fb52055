using System.Buffers.Binary;
using System.Text;

namespace EasyQuant.Data;

/// <summary>Reads a table of a FlatBuffer. Positions that leave the buffer throw <see cref="ArgumentOutOfRangeException"/>, which the reader above names.</summary>
internal readonly struct FlatTable
{
    private readonly ReadOnlyMemory<byte> _buffer;
    private readonly int _position;

    private FlatTable(ReadOnlyMemory<byte> buffer, int position)
    {
        _buffer = buffer;
        _position = position;
    }

    public static FlatTable Root(ReadOnlyMemory<byte> buffer) => new(buffer, Int(buffer, 0));

    public bool Has(int field) => At(field) != 0;

    public byte Byte(int field, byte otherwise = 0) => At(field) is var at and not 0 ? _buffer.Slice(at, 1).Span[0] : otherwise;

    public short Short(int field, short otherwise = 0) =>
        At(field) is var at and not 0 ? BinaryPrimitives.ReadInt16LittleEndian(_buffer.Slice(at, 2).Span) : otherwise;

    public int Int(int field, int otherwise = 0) => At(field) is var at and not 0 ? Int(_buffer, at) : otherwise;

    public long Long(int field) => At(field) is var at and not 0 ? BinaryPrimitives.ReadInt64LittleEndian(_buffer.Slice(at, 8).Span) : 0;

    public FlatTable Table(int field) => new(_buffer, Target(At(field)));

    public string Text(int field)
    {
        if (At(field) is not (var at and not 0))
        {
            return "";
        }

        int start = Target(at);
        return Encoding.UTF8.GetString(_buffer.Slice(start + 4, Int(_buffer, start)).Span);
    }

    public int Count(int field) => At(field) is var at and not 0 ? Int(_buffer, Target(at)) : 0;

    public FlatTable Element(int field, int index) => new(_buffer, Target(Target(At(field)) + 4 + (index * 4)));

    /// <summary>A 64-bit number of a vector of structs.</summary>
    public long StructLong(int field, int structLength, int index, int offset) =>
        BinaryPrimitives.ReadInt64LittleEndian(_buffer.Slice(checked(Target(At(field)) + 4 + (index * structLength) + offset), 8).Span);

    private int At(int field)
    {
        int layout = _position - Int(_buffer, _position);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(_buffer.Slice(layout, 2).Span);
        int entry = 4 + (field * 2);
        int offset = entry < length ? BinaryPrimitives.ReadUInt16LittleEndian(_buffer.Slice(layout + entry, 2).Span) : 0;
        return offset == 0 ? 0 : _position + offset;
    }

    private int Target(int at) => at + Int(_buffer, at);

    private static int Int(ReadOnlyMemory<byte> buffer, int at) => BinaryPrimitives.ReadInt32LittleEndian(buffer.Slice(at, 4).Span);
}
