using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace EasyQuant.Messaging.Chunks;

/// <summary>Reads the forms of MessagePack that chunks use. Every length is checked against the bytes that are left before anything is made of it.</summary>
internal ref struct MsgpackReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    public readonly bool IsAtEnd => _position == _bytes.Length;

    public bool TryNil()
    {
        if (Peek() != 0xC0)
        {
            return false;
        }

        _position++;
        return true;
    }

    public bool Bool() => Take(1)[0] switch
    {
        0xC2 => false,
        0xC3 => true,
        var other => throw Unexpected("a bool", other),
    };

    public double Float64() => Peek() switch
    {
        0xCB => BinaryPrimitives.ReadDoubleBigEndian(Take(9)[1..]),
        0xCA => BinaryPrimitives.ReadSingleBigEndian(Take(5)[1..]),
        _ => Int(),
    };

    public long Int()
    {
        byte form = Take(1)[0];
        switch (form)
        {
            case <= 0x7F: return form;
            case >= 0xE0: return (sbyte)form;
            case 0xCC: return Take(1)[0];
            case 0xCD: return BinaryPrimitives.ReadUInt16BigEndian(Take(2));
            case 0xCE: return BinaryPrimitives.ReadUInt32BigEndian(Take(4));
            case 0xCF:
                ulong value = BinaryPrimitives.ReadUInt64BigEndian(Take(8));
                return value <= long.MaxValue ? (long)value : throw Wrong($"{value} is too large for an int64");
            case 0xD0: return (sbyte)Take(1)[0];
            case 0xD1: return BinaryPrimitives.ReadInt16BigEndian(Take(2));
            case 0xD2: return BinaryPrimitives.ReadInt32BigEndian(Take(4));
            case 0xD3: return BinaryPrimitives.ReadInt64BigEndian(Take(8));
            default: throw Unexpected("an integer", form);
        }
    }

    public ReadOnlySpan<byte> Utf8()
    {
        byte form = Take(1)[0];
        long length = form switch
        {
            >= 0xA0 and <= 0xBF => form & 0x1F,
            0xD9 => Take(1)[0],
            0xDA => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            0xDB => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
            _ => throw Unexpected("a string", form),
        };
        ReadOnlySpan<byte> text = Take(length);
        return System.Text.Unicode.Utf8.IsValid(text) ? text : throw Wrong("a string is no valid UTF-8");
    }

    public string Text() => Encoding.UTF8.GetString(Utf8());

    /// <summary>Number of elements; each takes at least one byte, so more than are left cannot be.</summary>
    public int Array() => Count(0x90, 0xDC, "an array");

    public int Map() => Count(0x80, 0xDE, "a map");

    public static ChunkException Wrong(string what) => new(ChunkException.Corrupt, $"The payload is no MessagePack chunk: {what}.");

    private int Count(byte shortForm, byte wideForm, string what)
    {
        byte form = Take(1)[0];
        long count = (form & 0xF0) == shortForm ? form & 0x0F
            : form == wideForm ? BinaryPrimitives.ReadUInt16BigEndian(Take(2))
            : form == wideForm + 1 ? BinaryPrimitives.ReadUInt32BigEndian(Take(4))
            : throw Unexpected(what, form);
        return count <= _bytes.Length - _position ? (int)count : throw Wrong($"{what} of {count} elements in {_bytes.Length - _position} bytes");
    }

    private readonly byte Peek() => _position < _bytes.Length ? _bytes[_position] : throw Wrong("it is cut off");

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count > _bytes.Length - _position)
        {
            throw Wrong($"it is cut off: {count} bytes are expected at {_position}, {_bytes.Length - _position} are left");
        }

        ReadOnlySpan<byte> taken = _bytes.Slice(_position, (int)count);
        _position += (int)count;
        return taken;
    }

    private readonly ChunkException Unexpected(string expected, byte form) => Wrong($"expected {expected} before byte {_position}, found form 0x{form:X2}");
}
