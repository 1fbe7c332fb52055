using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace EasyQuant.Messaging.Chunks;

/// <summary>Writes the few forms of MessagePack that chunks use, integers in their shortest form. Specification: msgpack.org.</summary>
internal readonly struct MsgpackWriter(IBufferWriter<byte> output)
{
    public void Nil() => Byte(0xC0);

    public void Bool(bool value) => Byte(value ? (byte)0xC3 : (byte)0xC2);

    public void Float64(double value)
    {
        Span<byte> span = output.GetSpan(9);
        span[0] = 0xCB;
        BinaryPrimitives.WriteDoubleBigEndian(span[1..], value);
        output.Advance(9);
    }

    public void Int(long value)
    {
        Span<byte> span = output.GetSpan(9);
        int length;
        switch (value)
        {
            case >= -32 and <= 127:
                span[0] = (byte)value;
                length = 1;
                break;
            case >= sbyte.MinValue and <= sbyte.MaxValue:
                span[0] = 0xD0;
                span[1] = (byte)value;
                length = 2;
                break;
            case >= short.MinValue and <= short.MaxValue:
                span[0] = 0xD1;
                BinaryPrimitives.WriteInt16BigEndian(span[1..], (short)value);
                length = 3;
                break;
            case >= int.MinValue and <= int.MaxValue:
                span[0] = 0xD2;
                BinaryPrimitives.WriteInt32BigEndian(span[1..], (int)value);
                length = 5;
                break;
            default:
                span[0] = 0xD3;
                BinaryPrimitives.WriteInt64BigEndian(span[1..], value);
                length = 9;
                break;
        }

        output.Advance(length);
    }

    public void Text(string value) => Utf8(Encoding.UTF8.GetBytes(value));

    public void Utf8(ReadOnlySpan<byte> value)
    {
        Head(value.Length, 0xA0, 31, 0xD9);
        output.Write(value);
    }

    public void Map(int count) => Head(count, 0x80, 15, 0);

    public void Array(int count) => Head(count, 0x90, 15, 0);

    // Texts have a form with one byte of length, arrays and maps have not; the forms with two and four bytes follow each other in all three.
    private void Head(int count, byte shortForm, int shortMax, byte byteForm)
    {
        Span<byte> span = output.GetSpan(5);
        if (count <= shortMax)
        {
            span[0] = (byte)(shortForm | count);
            output.Advance(1);
        }
        else if (byteForm != 0 && count <= byte.MaxValue)
        {
            span[0] = byteForm;
            span[1] = (byte)count;
            output.Advance(2);
        }
        else
        {
            byte wide = shortForm switch { 0xA0 => 0xDA, 0x90 => 0xDC, _ => 0xDE };
            bool isShort = count <= ushort.MaxValue;
            span[0] = isShort ? wide : (byte)(wide + 1);
            if (isShort)
            {
                BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)count);
            }
            else
            {
                BinaryPrimitives.WriteInt32BigEndian(span[1..], count);
            }

            output.Advance(isShort ? 3 : 5);
        }
    }

    private void Byte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }
}
