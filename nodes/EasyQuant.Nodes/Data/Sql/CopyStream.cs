using System.Buffers.Binary;
using EasyQuant.Data;
using Npgsql;

namespace EasyQuant.Nodes.Data.Sql;

/// <summary>Sends a table through binary COPY, encoding the columns directly, without boxing or strings.</summary>
internal sealed class CopyStream
{
    private const int FlushLength = 128 << 10;
    private const int PostgresEpochDays = 10_957;
    private const long PostgresEpochMicros = 946_684_800_000_000;
    private readonly Table _table;
    private readonly int[]? _rows;
    private byte[] _buffer = new byte[FlushLength + 4096];
    private int _length;

    private CopyStream(Table table, int[]? rows)
    {
        _table = table;
        _rows = rows;
    }

    /// <summary>Copies all rows into the target.</summary>
    /// <param name="connection">Connection inside the transaction.</param>
    /// <param name="target">Quoted table name.</param>
    /// <param name="table">What to send.</param>
    /// <param name="cancellationToken">Ends the copy; the transaction must then be rolled back.</param>
    /// <returns>The number of rows sent.</returns>
    public static Task<long> SendAsync(NpgsqlConnection connection, string target, Table table, CancellationToken cancellationToken) =>
        SendAsync(connection, target, table, null, cancellationToken);

    /// <summary>Copies some rows into the target.</summary>
    /// <param name="connection">Connection inside the transaction.</param>
    /// <param name="target">Quoted table name.</param>
    /// <param name="table">Where the rows are.</param>
    /// <param name="rows">Numbers of the rows to send, in this order; null for all.</param>
    /// <param name="cancellationToken">Ends the copy; the transaction must then be rolled back.</param>
    /// <returns>The number of rows sent.</returns>
    public static async Task<long> SendAsync(
        NpgsqlConnection connection, string target, Table table, int[]? rows, CancellationToken cancellationToken)
    {
        string columns = string.Join(", ", table.Columns.Select(c => Persistence.SqlIdentifier.Quote(c.Name)));
        await using NpgsqlRawCopyStream stream = await connection.BeginRawBinaryCopyAsync(
            $"copy {target} ({columns}) from stdin (format binary)", cancellationToken);
        var copy = new CopyStream(table, rows);
        try
        {
            await copy.SendAsync(stream, cancellationToken);
            return copy.Count;
        }
        catch
        {
            // Without this, disposing would complete the copy with the rows sent so far.
            try
            {
                await stream.CancelAsync();
            }
            catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException or NpgsqlException or IOException)
            {
                // The connection is gone and the copy with it; the first error says why.
            }

            throw;
        }
    }

    private int Count => _rows?.Length ?? _table.RowCount;

    private async Task SendAsync(NpgsqlRawCopyStream stream, CancellationToken cancellationToken)
    {
        ReadOnlySpan<byte> signature = [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0];
        signature.CopyTo(_buffer);
        _buffer.AsSpan(11, 8).Clear();
        _length = 19;
        for (int i = 0; i < Count; i++)
        {
            WriteRow(_rows is null ? i : _rows[i]);
            if (_length >= FlushLength)
            {
                await stream.WriteAsync(_buffer.AsMemory(0, _length), cancellationToken);
                _length = 0;
            }
        }

        BinaryPrimitives.WriteInt16BigEndian(Room(2), -1);
        await stream.WriteAsync(_buffer.AsMemory(0, _length), cancellationToken);
    }

    private void WriteRow(int row)
    {
        IReadOnlyList<Column> columns = _table.Columns;
        BinaryPrimitives.WriteInt16BigEndian(Room(2), (short)columns.Count);
        for (int c = 0; c < columns.Count; c++)
        {
            Column column = columns[c];
            if (column.IsNull(row))
            {
                BinaryPrimitives.WriteInt32BigEndian(Room(4), -1);
                continue;
            }

            switch (column)
            {
                case Float64Column v: WriteLong(BitConverter.DoubleToInt64Bits(v.Values[row])); break;
                case Int64Column v: WriteLong(v.Values[row]); break;
                case TimestampColumn v: WriteLong(v.Micros[row] - PostgresEpochMicros); break;
                case DecimalColumn v: WriteNumeric(v.Units[row], v.Scale); break;
                case DateColumn v:
                    Span<byte> date = Room(8);
                    BinaryPrimitives.WriteInt32BigEndian(date, 4);
                    BinaryPrimitives.WriteInt32BigEndian(date[4..], v.Days[row] - PostgresEpochDays);
                    break;
                case BoolColumn v:
                    Span<byte> flag = Room(5);
                    BinaryPrimitives.WriteInt32BigEndian(flag, 1);
                    flag[4] = v.Values[row] ? (byte)1 : (byte)0;
                    break;
                case StringColumn v:
                    ReadOnlySpan<byte> text = v.GetUtf8(row);
                    Span<byte> room = Room(4 + text.Length);
                    BinaryPrimitives.WriteInt32BigEndian(room, text.Length);
                    text.CopyTo(room[4..]);
                    break;
            }
        }
    }

    private void WriteLong(long value)
    {
        Span<byte> room = Room(12);
        BinaryPrimitives.WriteInt32BigEndian(room, 8);
        BinaryPrimitives.WriteInt64BigEndian(room[4..], value);
    }

    /// <summary>PostgreSQL's numeric: digits of base 10,000, the weight of the first, sign, digits after the point.</summary>
    private void WriteNumeric(long units, int scale)
    {
        int fractionGroups = (scale + 3) / 4;
        int pad = (fractionGroups * 4) - scale;
        UInt128 rest = units < 0 ? (UInt128)(0UL - (ulong)units) : (ulong)units;
        if (pad > 0)
        {
            rest *= (UInt128)DecimalUnits.Power(pad);
        }

        // 10^19 units and a padding of 10^3 have at most 22 digits: 6 groups.
        Span<short> groups = stackalloc short[8];
        int count = 0;
        ulong low = (ulong)rest;
        if (rest <= ulong.MaxValue)
        {
            for (; low != 0; low /= 10_000)
            {
                groups[count++] = (short)(low % 10_000);
            }
        }
        else
        {
            for (; rest != 0; rest /= 10_000)
            {
                groups[count++] = (short)(ushort)(rest % 10_000);
            }
        }

        int zeros = 0;
        while (zeros < count && groups[zeros] == 0)
        {
            zeros++;
        }

        int digits = count - zeros;
        Span<byte> room = Room(12 + (digits * 2));
        BinaryPrimitives.WriteInt32BigEndian(room, 8 + (digits * 2));
        BinaryPrimitives.WriteInt16BigEndian(room[4..], (short)digits);
        BinaryPrimitives.WriteInt16BigEndian(room[6..], (short)(digits == 0 ? 0 : count - fractionGroups - 1));
        BinaryPrimitives.WriteUInt16BigEndian(room[8..], units < 0 ? (ushort)0x4000 : (ushort)0);
        BinaryPrimitives.WriteInt16BigEndian(room[10..], (short)scale);
        for (int i = 0; i < digits; i++)
        {
            BinaryPrimitives.WriteInt16BigEndian(room[(12 + (i * 2))..], groups[count - 1 - i]);
        }
    }

    private Span<byte> Room(int length)
    {
        if (_buffer.Length - _length < length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + length));
        }

        Span<byte> room = _buffer.AsSpan(_length, length);
        _length += length;
        return room;
    }
}
