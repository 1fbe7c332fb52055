namespace EasyQuant.Data;

/// <summary>Column of booleans.</summary>
public sealed class BoolColumn : FixedWidthColumn<bool>
{
    private BoolColumn(ColumnSchema schema, ReadOnlyMemory<bool> values, Validity? validity)
        : base(schema, values, validity)
    {
    }

    /// <summary>Values of all rows; arbitrary where missing.</summary>
    public ReadOnlySpan<bool> Values => Memory.Span;

    /// <summary>Creates a column over the given values without copying; they must not be modified afterwards.</summary>
    /// <param name="name">Column name, not empty.</param>
    /// <param name="values">One value a row.</param>
    /// <param name="validity">Which rows hold a value; null = all.</param>
    /// <exception cref="ArgumentException">The name is empty or the validity has another length.</exception>
    public static BoolColumn Create(string name, ReadOnlyMemory<bool> values, Validity? validity = null) =>
        new(new ColumnSchema(name, ColumnType.Bool), values, validity);

    /// <inheritdoc/>
    public override object? GetValue(int row) => IsNull(row) ? null : Values[row];

    private protected override Column New(ColumnSchema schema, ReadOnlyMemory<bool> values, Validity? validity) =>
        new BoolColumn(schema, values, validity);
}
