namespace EasyQuant.Data;

/// <summary>Column of UTC instants.</summary>
public sealed class TimestampColumn : FixedWidthColumn<long>
{
    private TimestampColumn(ColumnSchema schema, ReadOnlyMemory<long> values, Validity? validity)
        : base(schema, values, validity)
    {
    }

    /// <summary>Microseconds since 1970-01-01T00:00:00Z of all rows; arbitrary where missing.</summary>
    public ReadOnlySpan<long> Micros => Memory.Span;

    /// <summary>Creates a column over the given values without copying; they must not be modified afterwards.</summary>
    /// <param name="name">Column name, not empty.</param>
    /// <param name="values">One value a row.</param>
    /// <param name="validity">Which rows hold a value; null = all.</param>
    /// <exception cref="ArgumentException">The name is empty or the validity has another length.</exception>
    public static TimestampColumn Create(string name, ReadOnlyMemory<long> values, Validity? validity = null) =>
        new(new ColumnSchema(name, ColumnType.Timestamp), values, validity);

    /// <inheritdoc/>
    public override object? GetValue(int row) => IsNull(row) ? null : DateTime.UnixEpoch.AddTicks(checked(Micros[row] * TimeSpan.TicksPerMicrosecond));

    private protected override Column New(ColumnSchema schema, ReadOnlyMemory<long> values, Validity? validity) =>
        new TimestampColumn(schema, values, validity);
}
