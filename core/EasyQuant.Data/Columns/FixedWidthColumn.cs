using System.Runtime.CompilerServices;

namespace EasyQuant.Data;

/// <summary>A column whose values have one size, kept in one contiguous block.</summary>
/// <typeparam name="T">Stored value type.</typeparam>
public abstract class FixedWidthColumn<T> : Column
    where T : unmanaged, IComparable<T>, IEquatable<T>
{
    private readonly ReadOnlyMemory<T> _values;

    private protected FixedWidthColumn(ColumnSchema schema, ReadOnlyMemory<T> values, Validity? validity)
        : base(schema, values.Length)
    {
        if (validity is not null && validity.Length != values.Length)
        {
            throw new ArgumentException(
                $"Column `{schema.Name}` has {values.Length} values but a validity of {validity.Length} rows.", nameof(validity));
        }

        _values = values;
        Validity = validity is { NullCount: > 0 } ? validity : null;
    }

    /// <summary>Stored values of all rows; the content of missing rows means nothing.</summary>
    public ReadOnlyMemory<T> Memory => _values;

    /// <summary>Which rows hold a value; null when all do.</summary>
    public Validity? Validity { get; }

    /// <inheritdoc/>
    public override int NullCount => Validity?.NullCount ?? 0;

    /// <inheritdoc/>
    public override long EstimatedBytes => ((long)Length * Unsafe.SizeOf<T>()) + (Validity is null ? 0 : (Length + 7L) / 8);

    /// <inheritdoc/>
    public override bool IsNull(int row)
    {
        CheckRow(row);
        return Validity is not null && !Validity.IsPresent(row);
    }

    /// <inheritdoc/>
    public override Column Slice(int offset, int length)
    {
        CheckRange(offset, length);
        return New(Schema, _values.Slice(offset, length), Validity?.Slice(offset, length));
    }

    /// <inheritdoc/>
    public override Column Rename(string name) => New(Schema with { Name = CheckName(name) }, _values, Validity);

    /// <inheritdoc/>
    public override Column Take(ReadOnlySpan<int> rows)
    {
        var values = new T[rows.Length];
        ReadOnlySpan<T> source = _values.Span;
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i];
            CheckRow(row);
            values[i] = source[row];
        }

        if (Validity is null)
        {
            return New(Schema, values, null);
        }

        var present = new bool[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            present[i] = Validity.IsPresent(rows[i]);
        }

        return New(Schema, values, Data.Validity.FromFlags(present));
    }

    /// <inheritdoc/>
    public override int CompareRows(int left, int right)
    {
        bool leftNull = IsNull(left);
        bool rightNull = IsNull(right);
        return leftNull || rightNull
            ? leftNull.CompareTo(rightNull)
            : _values.Span[left].CompareTo(_values.Span[right]);
    }

    private protected abstract Column New(ColumnSchema schema, ReadOnlyMemory<T> values, Validity? validity);

    private protected override bool ValuesEqual(Column other)
    {
        var that = (FixedWidthColumn<T>)other;
        if (NullCount == 0)
        {
            return _values.Span.SequenceEqual(that._values.Span);
        }

        for (int i = 0; i < Length; i++)
        {
            bool isNull = IsNull(i);
            if (isNull != that.IsNull(i) || (!isNull && !_values.Span[i].Equals(that._values.Span[i])))
            {
                return false;
            }
        }

        return true;
    }

    private static string CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name;
    }
}
