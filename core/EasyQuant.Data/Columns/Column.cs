namespace EasyQuant.Data;

/// <summary>A named, typed, immutable sequence of values. Safe to read from many threads. Slices share memory.</summary>
public abstract class Column
{
    private protected Column(ColumnSchema schema, int length)
    {
        Schema = schema;
        Length = length;
    }

    /// <summary>Name and type.</summary>
    public ColumnSchema Schema { get; }

    /// <summary>Column name.</summary>
    public string Name => Schema.Name;

    /// <summary>Type of the values.</summary>
    public ColumnType Type => Schema.Type;

    /// <summary>Decimal digits after the point of a decimal column, else 0.</summary>
    public int Scale => Schema.Scale;

    /// <summary>Number of rows.</summary>
    public int Length { get; }

    /// <summary>Number of rows without a value. For Float64 these are the NaN rows.</summary>
    public abstract int NullCount { get; }

    /// <summary>Bytes that the values of this slice occupy, without shared memory outside the slice.</summary>
    public abstract long EstimatedBytes { get; }

    /// <summary>Whether the row has no value.</summary>
    /// <param name="row">0 to <see cref="Length"/> - 1.</param>
    public abstract bool IsNull(int row);

    /// <summary>
    /// The value of a row: double, long, decimal, <see cref="DateOnly"/>, <see cref="DateTime"/> (UTC), bool or string; null when missing.
    /// Boxes; for single cells, not for loops over columns.
    /// </summary>
    /// <param name="row">0 to <see cref="Length"/> - 1.</param>
    public abstract object? GetValue(int row);

    /// <summary>Returns the rows [offset, offset + length) without copying.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the column.</exception>
    public abstract Column Slice(int offset, int length);

    /// <summary>Returns the same values under another name without copying.</summary>
    public abstract Column Rename(string name);

    /// <summary>Returns a new column with the given rows in the given order; rows may repeat.</summary>
    /// <param name="rows">Row numbers, each 0 to <see cref="Length"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row number leaves the column.</exception>
    public abstract Column Take(ReadOnlySpan<int> rows);

    /// <summary>Compares two rows of this column, missing values last. Order: numeric, chronological, false before true, UTF-8 bytes.</summary>
    public abstract int CompareRows(int left, int right);

    /// <summary>Whether both columns have the same schema, length and values (missing equals missing).</summary>
    public bool ContentEquals(Column other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Schema == other.Schema && Length == other.Length && NullCount == other.NullCount && ValuesEqual(other);
    }

    private protected abstract bool ValuesEqual(Column other);

    private protected void CheckRow(int row)
    {
        if ((uint)row >= (uint)Length)
        {
            throw new ArgumentOutOfRangeException(nameof(row), $"Column `{Name}` has rows 0 to {Length - 1}, asked for {row}.");
        }
    }

    private protected void CheckRange(int offset, int length)
    {
        if (offset < 0 || length < 0 || offset > Length - length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(offset), $"Column `{Name}` has {Length} rows, asked for {length} from {offset}.");
        }
    }
}
