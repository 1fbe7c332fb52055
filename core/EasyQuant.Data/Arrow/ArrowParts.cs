using System.Buffers.Binary;

namespace EasyQuant.Data;

/// <summary>Reads Arrow IPC message by message from a file.</summary>
internal sealed class ArrowParts(Stream stream)
{
    private readonly ArrowReader _reader = new(ReadOnlyMemory<byte>.Empty);

    public IEnumerable<Table> Read()
    {
        long end = TableParts.Guard("Arrow", Start);
        bool isEmpty = true;
        while (TableParts.Guard("Arrow", () => Next(end)) is { } part)
        {
            isEmpty = false;
            yield return part;
        }

        if (isEmpty)
        {
            yield return TableParts.Guard("Arrow", _reader.Empty);
        }
    }

    // Some writers put the schema of a file into its footer only.
    private long Start()
    {
        byte[] magic = TableParts.Bytes(stream, Math.Min(8, stream.Length), ArrowReader.Wrong);
        if (!magic.AsSpan().StartsWith(ArrowFile.Magic))
        {
            stream.Position = 0;
            return stream.Length;
        }

        if (stream.Length < 20)
        {
            throw ArrowReader.Wrong("the file is cut off");
        }

        stream.Position = stream.Length - 10;
        byte[] tail = TableParts.Bytes(stream, 10, ArrowReader.Wrong);
        int length = BinaryPrimitives.ReadInt32LittleEndian(tail);
        if (!tail.AsSpan(4).SequenceEqual(ArrowFile.Magic) || length <= 0 || length >= stream.Length - 18)
        {
            throw ArrowReader.Wrong("the file is cut off, or the length of its footer is wrong");
        }

        long end = stream.Length - 10 - length;
        stream.Position = end;
        _reader.ReadFooter(TableParts.Bytes(stream, length, ArrowReader.Wrong));
        stream.Position = 8;
        return end;
    }

    private Table? Next(long end)
    {
        while (stream.Position + 8 <= end)
        {
            int length = Int();
            length = length == ArrowFile.Continuation ? Int() : length;
            if (length == 0)
            {
                return null;
            }

            FlatTable message = FlatTable.Root(TableParts.Bytes(stream, length, ArrowReader.Wrong));
            long bodyLength = message.Long(3);
            byte[] body = TableParts.Bytes(stream, bodyLength, ArrowReader.Wrong);
            stream.Position += -bodyLength & 7;
            if (_reader.ReadPart(message, body) is { } part)
            {
                return part;
            }
        }

        return null;
    }

    private int Int() => BinaryPrimitives.ReadInt32LittleEndian(TableParts.Bytes(stream, 4, ArrowReader.Wrong));
}
