namespace EasyQuant.Data;

/// <summary>Column of floating-point estimates. A missing value is NaN, and NaN is a missing value.</summary>
public sealed class Float64Column : FixedWidthColumn<double>
{
    private int _nullCount = -1;

    private Float64Column(ColumnSchema schema, ReadOnlyMemory<double> values)
        : base(schema, values, null)
    {
    }

    /// <summary>Values of all rows; NaN where missing.</summary>
    public ReadOnlySpan<double> Values => Memory.Span;

    /// <inheritdoc/>
    public override int NullCount
    {
        get
        {
            if (_nullCount < 0)
            {
                int count = 0;
                foreach (double value in Values)
                {
                    count += double.IsNaN(value) ? 1 : 0;
                }

                _nullCount = count;
            }

            return _nullCount;
        }
    }

    /// <summary>Creates a column over the given values without copying; they must not be modified afterwards.</summary>
    /// <param name="name">Column name, not empty.</param>
    /// <param name="values">One value a row; NaN where missing.</param>
    /// <param name="validity">When given, rows that it marks as missing become NaN (this copies the values).</param>
    /// <exception cref="ArgumentException">The name is empty or the validity has another length.</exception>
    public static Float64Column Create(string name, ReadOnlyMemory<double> values, Validity? validity = null)
    {
        var schema = new ColumnSchema(name, ColumnType.Float64);
        if (validity is not null && validity.Length != values.Length)
        {
            throw new ArgumentException(
                $"Column `{name}` has {values.Length} values but a validity of {validity.Length} rows.", nameof(validity));
        }

        if (validity is null or { NullCount: 0 })
        {
            return new Float64Column(schema, values);
        }

        double[] copy = values.ToArray();
        for (int i = 0; i < copy.Length; i++)
        {
            if (!validity.IsPresent(i))
            {
                copy[i] = double.NaN;
            }
        }

        return new Float64Column(schema, copy);
    }

    /// <inheritdoc/>
    public override bool IsNull(int row)
    {
        CheckRow(row);
        return double.IsNaN(Values[row]);
    }

    /// <inheritdoc/>
    public override object? GetValue(int row) => IsNull(row) ? null : Values[row];

    private protected override Column New(ColumnSchema schema, ReadOnlyMemory<double> values, Validity? validity) =>
        new Float64Column(schema, values);
}
