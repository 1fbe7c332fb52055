namespace EasyQuant.Data;

/// <summary>Column of calendar days.</summary>
public sealed class DateColumn : FixedWidthColumn<int>
{
    private DateColumn(ColumnSchema schema, ReadOnlyMemory<int> values, Validity? validity)
        : base(schema, values, validity)
    {
    }

    /// <summary>Days since 1970-01-01 of all rows; arbitrary where missing.</summary>
    public ReadOnlySpan<int> Days => Memory.Span;

    /// <summary>Creates a column over the given values without copying; they must not be modified afterwards.</summary>
    /// <param name="name">Column name, not empty.</param>
    /// <param name="values">One value a row.</param>
    /// <param name="validity">Which rows hold a value; null = all.</param>
    /// <exception cref="ArgumentException">The name is empty or the validity has another length.</exception>
    public static DateColumn Create(string name, ReadOnlyMemory<int> values, Validity? validity = null) =>
        new(new ColumnSchema(name, ColumnType.Date), values, validity);

    /// <inheritdoc/>
    public override object? GetValue(int row) => IsNull(row) ? null : GetDate(row);

    private protected override Column New(ColumnSchema schema, ReadOnlyMemory<int> values, Validity? validity) =>
        new DateColumn(schema, values, validity);

    /// <summary>The day of a row.</summary>
    /// <param name="row">A row that holds a value.</param>
    public DateOnly GetDate(int row) => EpochDays.ToDate(Days[row]);
}
