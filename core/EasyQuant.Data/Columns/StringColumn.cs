using System.Text;

namespace EasyQuant.Data;

/// <summary>Column of UTF-8 texts: one block of bytes and the offset of each row in it.</summary>
public sealed class StringColumn : Column
{
    private readonly ReadOnlyMemory<int> _offsets;
    private readonly ReadOnlyMemory<byte> _bytes;

    private StringColumn(ColumnSchema schema, ReadOnlyMemory<int> offsets, ReadOnlyMemory<byte> bytes, Validity? validity)
        : base(schema, offsets.Length - 1)
    {
        if (validity is not null && validity.Length != Length)
        {
            throw new ArgumentException($"Column `{schema.Name}` has {Length} values but a validity of {validity.Length} rows.", nameof(validity));
        }

        _offsets = offsets;
        _bytes = bytes;
        Validity = validity is { NullCount: > 0 } ? validity : null;
    }

    /// <summary>Which rows hold a value; null when all do.</summary>
    public Validity? Validity { get; }

    /// <inheritdoc/>
    public override int NullCount => Validity?.NullCount ?? 0;

    /// <inheritdoc/>
    public override long EstimatedBytes =>
        (4L * (Length + 1)) + (_offsets.Span[^1] - _offsets.Span[0]) + (Validity is null ? 0 : (Length + 7L) / 8);

    /// <summary>Offsets of the rows into <see cref="Utf8Bytes"/>: length N + 1, not descending. A slice need not start at 0.</summary>
    internal ReadOnlySpan<int> Offsets => _offsets.Span;

    /// <summary>The bytes that the offsets address.</summary>
    internal ReadOnlySpan<byte> Utf8Bytes => _bytes.Span;

    /// <summary>Creates a column from texts; null = missing.</summary>
    /// <param name="name">Column name, not empty.</param>
    /// <param name="values">One text a row; copied.</param>
    /// <exception cref="ArgumentException">The name is empty, or the texts exceed 2 GiB together.</exception>
    public static StringColumn Create(string name, IReadOnlyList<string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var builder = new TableBuilder([new ColumnSchema(name, ColumnType.String)]);
        for (int i = 0; i < values.Count; i++)
        {
            builder[0].Append(values[i]);
        }

        return builder.Build().GetColumn<StringColumn>(name);
    }

    /// <summary>Creates a column over offsets and bytes without copying; they must not be modified afterwards.</summary>
    /// <param name="name">Column name, not empty.</param>
    /// <param name="offsets">Length N + 1, not descending, within <paramref name="bytes"/>; row i is [offsets[i], offsets[i + 1]).</param>
    /// <param name="bytes">Valid UTF-8.</param>
    /// <param name="validity">Which rows hold a value; null = all.</param>
    /// <exception cref="ArgumentException">The offsets are empty, descend or leave the bytes.</exception>
    public static StringColumn Create(string name, ReadOnlyMemory<int> offsets, ReadOnlyMemory<byte> bytes, Validity? validity = null)
    {
        if (offsets.IsEmpty)
        {
            throw new ArgumentException($"Column `{name}`: offsets need at least one element.", nameof(offsets));
        }

        int previous = 0;
        foreach (int offset in offsets.Span)
        {
            if (offset < previous || offset > bytes.Length)
            {
                throw new ArgumentException(
                    $"Column `{name}`: offset {offset} after {previous} descends or leaves the {bytes.Length} bytes.", nameof(offsets));
            }

            previous = offset;
        }

        return new StringColumn(new ColumnSchema(name, ColumnType.String), offsets, bytes, validity);
    }

    /// <summary>The UTF-8 bytes of a row; empty when missing.</summary>
    /// <param name="row">0 to <see cref="Column.Length"/> - 1.</param>
    public ReadOnlySpan<byte> GetUtf8(int row)
    {
        CheckRow(row);
        ReadOnlySpan<int> offsets = _offsets.Span;
        return _bytes.Span[offsets[row]..offsets[row + 1]];
    }

    /// <summary>The text of a row; null when missing. Allocates.</summary>
    /// <param name="row">0 to <see cref="Column.Length"/> - 1.</param>
    public string? GetString(int row) => IsNull(row) ? null : Encoding.UTF8.GetString(GetUtf8(row));

    /// <inheritdoc/>
    public override bool IsNull(int row)
    {
        CheckRow(row);
        return Validity is not null && !Validity.IsPresent(row);
    }

    /// <inheritdoc/>
    public override object? GetValue(int row) => GetString(row);

    /// <inheritdoc/>
    public override Column Slice(int offset, int length)
    {
        CheckRange(offset, length);
        return new StringColumn(Schema, _offsets.Slice(offset, length + 1), _bytes, Validity?.Slice(offset, length));
    }

    /// <inheritdoc/>
    public override Column Rename(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new StringColumn(Schema with { Name = name }, _offsets, _bytes, Validity);
    }

    /// <inheritdoc/>
    public override Column Take(ReadOnlySpan<int> rows)
    {
        var offsets = new int[rows.Length + 1];
        long total = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            total += GetUtf8(rows[i]).Length;
            if (total > Array.MaxLength)
            {
                throw new ArgumentException($"Column `{Name}`: the texts exceed {Array.MaxLength} bytes.", nameof(rows));
            }

            offsets[i + 1] = (int)total;
        }

        var bytes = new byte[total];
        for (int i = 0; i < rows.Length; i++)
        {
            GetUtf8(rows[i]).CopyTo(bytes.AsSpan(offsets[i]));
        }

        Validity? validity = null;
        if (Validity is not null)
        {
            var present = new bool[rows.Length];
            for (int i = 0; i < rows.Length; i++)
            {
                present[i] = Validity.IsPresent(rows[i]);
            }

            validity = Data.Validity.FromFlags(present);
        }

        return new StringColumn(Schema, offsets, bytes, validity);
    }

    /// <inheritdoc/>
    public override int CompareRows(int left, int right)
    {
        bool leftNull = IsNull(left);
        bool rightNull = IsNull(right);
        return leftNull || rightNull ? leftNull.CompareTo(rightNull) : GetUtf8(left).SequenceCompareTo(GetUtf8(right));
    }

    private protected override bool ValuesEqual(Column other)
    {
        var that = (StringColumn)other;
        for (int i = 0; i < Length; i++)
        {
            if (IsNull(i) != that.IsNull(i) || (!IsNull(i) && !GetUtf8(i).SequenceEqual(that.GetUtf8(i))))
            {
                return false;
            }
        }

        return true;
    }
}
