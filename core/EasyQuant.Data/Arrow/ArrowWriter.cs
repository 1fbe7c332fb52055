using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EasyQuant.Data;

/// <summary>Writes messages of Arrow IPC. Buffers are aligned to 64 bytes.</summary>
internal sealed class ArrowWriter(Stream stream, int batchRows = ArrowFile.BatchRows)
{
    private static readonly byte[] s_zeros = new byte[64];
    private readonly List<long> _blocks = [];
    private long _position;

    public void WriteFile(Table table, CancellationToken cancellationToken)
    {
        Put(ArrowFile.Magic);
        Pad(8);
        WriteStream(table, cancellationToken);
        var flat = new FlatWriter();
        int schema = Schema(flat, table);
        int none = flat.LongStructVector([], 3);
        int batches = flat.LongStructVector([.. _blocks], 3);
        int root = flat.Table(5).Short(0, ArrowFile.MetadataVersion).Reference(1, schema).Reference(2, none).Reference(3, batches).EndTable();
        byte[] footer = flat.Finish(root);
        Put(footer);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        Put(length);
        Put(ArrowFile.Magic);
    }

    public void WriteStream(Table table, CancellationToken cancellationToken)
    {
        var flat = new FlatWriter();
        Message(flat, ArrowFile.SchemaHeader, Schema(flat, table), 0);
        for (int row = 0; row < table.RowCount; row += batchRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            WriteBatch(table.Slice(row, Math.Min(batchRows, table.RowCount - row)));
        }

        Put([0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]);
    }

    private void WriteBatch(Table table)
    {
        var body = new List<ReadOnlyMemory<byte>>();
        var buffers = new List<long>();
        var nodes = new List<long>();
        long length = 0;
        foreach (Column column in table.Columns)
        {
            nodes.Add(table.RowCount);
            nodes.Add(column.NullCount);
            foreach (ReadOnlyMemory<byte> buffer in ArrowBuffers.Of(column))
            {
                buffers.Add(length);
                buffers.Add(buffer.Length);
                body.Add(buffer);
                length += Align(buffer.Length);
            }
        }

        var flat = new FlatWriter();
        int bufferVector = flat.LongStructVector([.. buffers], 2);
        int nodeVector = flat.LongStructVector([.. nodes], 2);
        int batch = flat.Table(4).Long(0, table.RowCount).Reference(1, nodeVector).Reference(2, bufferVector).EndTable();
        long start = _position;
        Message(flat, ArrowFile.BatchHeader, batch, length);
        _blocks.AddRange([start, _position - start, length]);
        foreach (ReadOnlyMemory<byte> buffer in body)
        {
            Put(buffer.Span);
            Zeros((int)(Align(buffer.Length) - buffer.Length));
        }
    }

    private void Message(FlatWriter flat, byte kind, int header, long bodyLength)
    {
        int root = flat.Table(5).Long(3, bodyLength).Reference(2, header).Short(0, ArrowFile.MetadataVersion).Byte(1, kind).EndTable();
        byte[] message = flat.Finish(root);
        // The body starts at a multiple of 64 of the file.
        int padded = (int)(Align(_position + 8 + message.Length) - _position - 8);
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(prefix, ArrowFile.Continuation);
        BinaryPrimitives.WriteInt32LittleEndian(prefix[4..], padded);
        Put(prefix);
        Put(message);
        Zeros(padded - message.Length);
    }

    private static int Schema(FlatWriter flat, Table table)
    {
        int[] fields = [.. table.Columns.Select(c => Field(flat, c.Schema))];
        int vector = flat.OffsetVector(fields);
        return flat.Table(4).Reference(1, vector).Short(0, 0).EndTable();
    }

    private static int Field(FlatWriter flat, ColumnSchema schema)
    {
        int name = flat.String(schema.Name);
        int none = flat.OffsetVector([]);
        (byte kind, int type) = schema.Type switch
        {
            ColumnType.Int64 => ((byte)2, flat.Table(2).Int(0, 64).Byte(1, 1).EndTable()),
            ColumnType.Float64 => ((byte)3, flat.Table(1).Short(0, 2).EndTable()),
            ColumnType.String => ((byte)5, flat.Table(0).EndTable()),
            ColumnType.Bool => ((byte)6, flat.Table(0).EndTable()),
            ColumnType.Decimal => ((byte)7, flat.Table(3).Int(0, 19).Int(1, schema.Scale).Int(2, 128).EndTable()),
            ColumnType.Date => ((byte)8, flat.Table(1).Short(0, 0).EndTable()),
            _ => ((byte)10, Timestamp(flat)),
        };
        return flat.Table(7).Reference(0, name).Reference(3, type).Reference(5, none).Byte(1, 1).Byte(2, kind).EndTable();
    }

    private static int Timestamp(FlatWriter flat)
    {
        int zone = flat.String("UTC");
        return flat.Table(2).Reference(1, zone).Short(0, 2).EndTable();
    }

    private static long Align(long length) => (length + 63) & ~63L;

    private void Pad(int unit) => Zeros((int)(-_position & (unit - 1)));

    private void Zeros(int count) => Put(s_zeros.AsSpan(0, count));

    private void Put(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        _position += bytes.Length;
    }
}
