namespace EasyQuant.Data;

/// <summary>
/// Collects the values of one column. Appending a value of another kind than the column's is an error, except that integers may be appended
/// to Float64 and Decimal columns. Not thread-safe.
/// </summary>
public abstract class ColumnBuilder
{
    private protected ColumnBuilder(ColumnSchema schema) => Schema = schema;

    /// <summary>Name and type.</summary>
    public ColumnSchema Schema { get; }

    /// <summary>Rows appended so far.</summary>
    public abstract int Length { get; }

    /// <summary>Appends a missing value.</summary>
    public abstract void AppendNull();

    /// <summary>Appends to a Float64 column; NaN is a missing value.</summary>
    public virtual void Append(double value) => throw Wrong("double");

    /// <summary>Appends an integer to an Int64, Float64 or Decimal column (there: whole units, scaled).</summary>
    /// <exception cref="OverflowException">The scaled value does not fit.</exception>
    public virtual void Append(long value) => throw Wrong("long");

    /// <summary>Appends an exact value to a Decimal column.</summary>
    /// <exception cref="ArgumentException">The value has more digits after the point than the column, or does not fit.</exception>
    public virtual void Append(decimal value) => throw Wrong("decimal");

    /// <summary>Appends to a Date column.</summary>
    public virtual void Append(DateOnly value) => throw Wrong("date");

    /// <summary>Appends to a Timestamp column.</summary>
    /// <exception cref="ArgumentException">The kind is not UTC.</exception>
    public virtual void Append(DateTime value) => throw Wrong("timestamp");

    /// <summary>Appends to a Bool column.</summary>
    public virtual void Append(bool value) => throw Wrong("bool");

    /// <summary>Appends to a String column; null is a missing value.</summary>
    public virtual void Append(string? value) => throw Wrong("string");

    /// <summary>Appends valid UTF-8 to a String column.</summary>
    public virtual void AppendUtf8(ReadOnlySpan<byte> value) => throw Wrong("UTF-8 text");

    /// <summary>Appends what the column stores: Decimal units, Date days, Timestamp microseconds, or an Int64 value.</summary>
    public virtual void AppendRaw(long value) => throw Wrong("raw integer");

    /// <summary>Appends a boxed value as <see cref="Column.GetValue"/> returns it; int is taken as long; null is a missing value.</summary>
    /// <exception cref="InvalidOperationException">The value's type does not fit the column.</exception>
    public void AppendValue(object? value)
    {
        switch (value)
        {
            case null: AppendNull(); break;
            case double v: Append(v); break;
            case long v: Append(v); break;
            case int v: Append((long)v); break;
            case decimal v: Append(v); break;
            case DateOnly v: Append(v); break;
            case DateTime v: Append(v); break;
            case bool v: Append(v); break;
            case string v: Append(v); break;
            default: throw Wrong(value.GetType().Name);
        }
    }

    /// <summary>Makes the column; the builder must not be used afterwards.</summary>
    internal abstract Column Build();

    private InvalidOperationException Wrong(string kind) =>
        new($"Column `{Schema.Name}` holds {Schema.Type} values, got a {kind}.");
}
