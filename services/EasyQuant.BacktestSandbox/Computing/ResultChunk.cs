using System.Buffers.Binary;
using System.Text;
using EasyQuant.BacktestSandbox.Frames;
using EasyQuant.Data;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>Some consecutive rows of one result table.</summary>
/// <param name="Table">One of <see cref="ResultNames"/>.</param>
/// <param name="FirstRow">Number of its first row within the whole table, from 0.</param>
/// <param name="RowCount">Rows, at most <see cref="RowCountMax"/>.</param>
/// <param name="Content">A table file.</param>
public sealed record ResultChunk(string Table, long FirstRow, int RowCount, byte[] Content)
{
    /// <summary>Most rows of a chunk: pages are read chunk by chunk, so no reader holds a whole result.</summary>
    public const int RowCountMax = 4096;

    private const int HeaderLength = 13;
    private const int ColumnCountMax = 64;

    /// <summary>Cuts a table; an empty table gives one chunk without rows, which keeps its columns.</summary>
    /// <param name="name">Name of the result table.</param>
    /// <param name="table">All rows.</param>
    public static IEnumerable<ResultChunk> Cut(string name, Table table)
    {
        for (int first = 0; first == 0 || first < table.RowCount; first += RowCountMax)
        {
            int count = Math.Min(RowCountMax, table.RowCount - first);
            yield return new ResultChunk(name, first, count, TableFile.ToBytes(table.Slice(first, count)));
        }
    }

    /// <summary>Returns the payload of a frame: name length, name, first row, row count, content.</summary>
    public byte[] ToPayload()
    {
        byte[] name = Encoding.ASCII.GetBytes(Table);
        byte[] payload = new byte[HeaderLength + name.Length + Content.Length];
        payload[0] = (byte)name.Length;
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(1), FirstRow);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(9), RowCount);
        name.CopyTo(payload, HeaderLength);
        Content.CopyTo(payload, HeaderLength + name.Length);
        return payload;
    }

    /// <summary>Reads a payload that is not trusted: the content must be a table file with as many rows as it says.</summary>
    /// <exception cref="FrameException">It is not.</exception>
    public static ResultChunk FromPayload(byte[] payload)
    {
        if (payload.Length < HeaderLength || payload.Length < HeaderLength + payload[0])
        {
            throw new FrameException("A result of the strategy's process is cut short.");
        }

        string name = Encoding.ASCII.GetString(payload, HeaderLength, payload[0]);
        long first = BinaryPrimitives.ReadInt64LittleEndian(payload.AsSpan(1));
        int count = BinaryPrimitives.ReadInt32LittleEndian(payload.AsSpan(9));
        byte[] content = payload[(HeaderLength + payload[0])..];
        try
        {
            Table table = TableFile.Read(content);
            if (table.RowCount != count || count > RowCountMax || first < 0 || table.Columns.Count > ColumnCountMax)
            {
                throw new FrameException($"A result of the strategy's process claims {count} rows from {first} and holds {table.RowCount}.");
            }
        }
        catch (TableFileException e)
        {
            throw new FrameException($"A result of the strategy's process is no table: {e.Message}");
        }

        return new ResultChunk(name, first, count, content);
    }
}
