using System.Data.Common;
using System.Globalization;

namespace EasyQuant.Nodes.Data.Sql;

/// <summary>
/// Place of a chunk among all chunks that upsert into a table, see ADR 0030: first the start, then the sequence, then the producer. Rows keep it in the column
/// <see cref="Column"/>, as a uuid: sixteen bytes that the server compares from left to right. Immutable.
/// </summary>
internal readonly record struct SaveOrder
{
    /// <summary>Column of the user's table; null in rows that no process group has written, which are older than all.</summary>
    public const string Column = "eq_seq";

    /// <summary>Type of <see cref="Column"/>.</summary>
    public const string ColumnType = "uuid";

    private const long NumberMax = (1L << 48) - 1;
    private readonly long _number;
    private readonly long _sequence;
    private readonly int _producer;

    /// <summary>Creates the place.</summary>
    /// <param name="number">Number of the consumer group of the stream, which grows from start to start; at most 2^48 - 1.</param>
    /// <param name="sequence">Position of the chunk within its producer, at least 0.</param>
    /// <param name="producer">The producer, 0 to 65,535.</param>
    public SaveOrder(long number, long sequence, int producer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, NumberMax);
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentOutOfRangeException.ThrowIfNegative(producer);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(producer, ushort.MaxValue);
        _number = number;
        _sequence = sequence;
        _producer = producer;
    }

    /// <summary>The place in SQL.</summary>
    public string Sql => string.Create(CultureInfo.InvariantCulture, $"'{_number:x12}{_sequence:x16}{_producer:x4}'::uuid");

    /// <summary>Last possible place of the same start and group, in SQL.</summary>
    public string LastSql => string.Create(CultureInfo.InvariantCulture, $"'{_number:x12}{ulong.MaxValue:x16}{ushort.MaxValue:x4}'::uuid");

    /// <summary>Whether a column of a result is <see cref="Column"/> as it stands in a table.</summary>
    public static bool IsColumn(DbColumn column) => column.ColumnName == Column && column.DataTypeName == ColumnType;
}
