namespace EasyQuant.Data;

/// <summary>Column of 64-bit integers.</summary>
public sealed class Int64Column : FixedWidthColumn<long>
{
    private Int64Column(ColumnSchema schema, ReadOnlyMemory<long> values, Validity? validity)
        : base(schema, values, validity)
    {
    }

    /// <summary>Values of all rows; 0 or arbitrary where missing.</summary>
    public ReadOnlySpan<long> Values => Memory.Span;

    /// <summary>Creates a column over the given values without copying; they must not be modified afterwards.</summary>
    /// <param name="name">Column name, not empty.</param>
    /// <param name="values">One value a row.</param>
    /// <param name="validity">Which rows hold a value; null = all.</param>
    /// <exception cref="ArgumentException">The name is empty or the validity has another length.</exception>
    public static Int64Column Create(string name, ReadOnlyMemory<long> values, Validity? validity = null) =>
        new(new ColumnSchema(name, ColumnType.Int64), values, validity);

    /// <inheritdoc/>
    public override object? GetValue(int row) => IsNull(row) ? null : Values[row];

    private protected override Column New(ColumnSchema schema, ReadOnlyMemory<long> values, Validity? validity) =>
        new Int64Column(schema, values, validity);
}
