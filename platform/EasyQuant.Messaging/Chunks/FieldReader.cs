using System.Text;
using Google.Protobuf;

namespace EasyQuant.Messaging.Chunks;

/// <summary>Walks the fields of a protobuf message without copying: what a field holds is shown where it lies. Fields of groups, which proto3 does not have, are refused.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> message)
{
    private const int VarintBytesMax = 10;

    /// <summary>Reads strings, and refuses bytes that are none.</summary>
    public static UTF8Encoding Utf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;
    private int _field;
    private WireFormat.WireType _wire;

    /// <summary>The number that it holds.</summary>
    public long Number { get; private set; }

    /// <summary>Where in the message the bytes of a string, of bytes, or of a message begin.</summary>
    public int Start { get; private set; }

    /// <summary>The bytes of a string, of bytes, or of a message.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _message[Start.._at];

    /// <summary>Whether it is this field, written as a number.</summary>
    public readonly bool IsNumber(int field) => _field == field && _wire == WireFormat.WireType.Varint;

    /// <summary>Whether it is this field, written as bytes.</summary>
    public readonly bool IsBytes(int field) => _field == field && _wire == WireFormat.WireType.LengthDelimited;

    /// <summary>Goes to the next field; false at the end.</summary>
    /// <exception cref="InvalidDataException">The bytes are no message.</exception>
    public bool Next()
    {
        if (_at == _message.Length)
        {
            return false;
        }

        ulong tag = Varint();
        (ulong field, _wire) = (tag >> 3, (WireFormat.WireType)(tag & 7));
        _field = field is > 0 and <= int.MaxValue ? (int)field : throw new InvalidDataException($"there is no field {field}.");
        switch (_wire)
        {
            case WireFormat.WireType.Varint:
                Number = (long)Varint();
                break;
            case WireFormat.WireType.LengthDelimited:
                Skip(Varint());
                break;
            case WireFormat.WireType.Fixed64:
                Skip(sizeof(ulong));
                break;
            case WireFormat.WireType.Fixed32:
                Skip(sizeof(uint));
                break;
            default:
                throw new InvalidDataException($"field {_field} is written in a way that proto3 does not have.");
        }

        return true;
    }

    private ulong Varint()
    {
        ReadOnlySpan<byte> rest = _message[_at..];
        ulong value = 0;
        for (int i = 0; i < rest.Length && i < VarintBytesMax; i++)
        {
            value |= (ulong)(rest[i] & 0x7F) << (7 * i);
            if (rest[i] < 0x80)
            {
                _at += i + 1;
                return value;
            }
        }

        throw new InvalidDataException("it ends within a number.");
    }

    private void Skip(ulong length)
    {
        if (length > (ulong)(_message.Length - _at))
        {
            throw new InvalidDataException($"field {_field} says {length} bytes, {_message.Length - _at} are left.");
        }

        Start = _at;
        _at += (int)length;
    }
}
