namespace EasyQuant.Data;

/// <summary>Column of exact decimals: value = <see cref="Units"/> / 10^<see cref="Column.Scale"/>.</summary>
public sealed class DecimalColumn : FixedWidthColumn<long>
{
    private DecimalColumn(ColumnSchema schema, ReadOnlyMemory<long> values, Validity? validity)
        : base(schema, values, validity)
    {
    }

    /// <summary>Units of 10^-scale of all rows; arbitrary where missing.</summary>
    public ReadOnlySpan<long> Units => Memory.Span;

    /// <summary>Creates a column over the given values without copying; they must not be modified afterwards.</summary>
    /// <param name="name">Column name, not empty.</param>
    /// <param name="scale">Digits after the point, 0 to 18.</param>
    /// <param name="values">One value a row.</param>
    /// <param name="validity">Which rows hold a value; null = all.</param>
    /// <exception cref="ArgumentException">The name is empty or the validity has another length.</exception>
    public static DecimalColumn Create(string name, int scale, ReadOnlyMemory<long> values, Validity? validity = null) =>
        new(new ColumnSchema(name, ColumnType.Decimal, scale), values, validity);

    /// <inheritdoc/>
    public override object? GetValue(int row) => IsNull(row) ? null : GetDecimal(row);

    private protected override Column New(ColumnSchema schema, ReadOnlyMemory<long> values, Validity? validity) =>
        new DecimalColumn(schema, values, validity);

    /// <summary>The exact value of a row as decimal with exactly <see cref="Column.Scale"/> digits after the point.</summary>
    /// <param name="row">A row that holds a value.</param>
    public decimal GetDecimal(int row) => DecimalUnits.ToDecimal(Units[row], Scale);
}
