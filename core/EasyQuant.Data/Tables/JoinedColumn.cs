namespace EasyQuant.Data;

/// <summary>A column of known length that columns of one schema are copied into, one after another.</summary>
internal abstract class JoinedColumn(ColumnSchema schema, int rowCount, bool hasNulls)
{
    private readonly byte[]? _present = hasNulls ? new byte[((long)rowCount + 7) / 8] : null;

    /// <summary>Rows copied so far.</summary>
    protected int Length { get; private set; }

    protected int RowCount => rowCount;

    protected ColumnSchema Schema => schema;

    public static JoinedColumn Create(ColumnSchema schema, int rowCount, int byteCount, bool hasNulls) => schema.Type switch
    {
        ColumnType.Float64 => new Fixed<double>(schema, rowCount, hasNulls: false, (name, values, _) => Float64Column.Create(name, values)),
        ColumnType.Int64 => new Fixed<long>(schema, rowCount, hasNulls, (name, values, validity) => Int64Column.Create(name, values, validity)),
        ColumnType.Decimal => new Fixed<long>(schema, rowCount, hasNulls, (name, values, validity) => DecimalColumn.Create(name, schema.Scale, values, validity)),
        ColumnType.Date => new Fixed<int>(schema, rowCount, hasNulls, (name, values, validity) => DateColumn.Create(name, values, validity)),
        ColumnType.Timestamp => new Fixed<long>(schema, rowCount, hasNulls, (name, values, validity) => TimestampColumn.Create(name, values, validity)),
        ColumnType.Bool => new Fixed<bool>(schema, rowCount, hasNulls, (name, values, validity) => BoolColumn.Create(name, values, validity)),
        _ => new Text(schema, rowCount, byteCount, hasNulls),
    };

    /// <summary>Copies a column.</summary>
    /// <exception cref="ArgumentException">It has more rows, bytes or nulls than room was made for.</exception>
    public void Append(Column column)
    {
        if (column.Length > rowCount - Length)
        {
            throw new ArgumentException($"Column `{column.Name}` has {column.Length} rows, there is room for {rowCount - Length}.", nameof(column));
        }

        Copy(column);
        for (int i = 0; _present is not null && i < column.Length; i++)
        {
            if (!column.IsNull(i))
            {
                _present[(Length + i) >> 3] |= (byte)(1 << ((Length + i) & 7));
            }
        }

        Length += column.Length;
    }

    public abstract Column Build();

    protected abstract void Copy(Column column);

    protected Validity? BuildValidity() => _present is null ? null : Validity.FromBitmap(_present, rowCount);

    private sealed class Fixed<T>(ColumnSchema schema, int rowCount, bool hasNulls, Func<string, T[], Validity?, Column> create)
        : JoinedColumn(schema, rowCount, hasNulls)
        where T : unmanaged, IComparable<T>, IEquatable<T>
    {
        private readonly T[] _values = new T[rowCount];

        public override Column Build() => create(Schema.Name, _values, BuildValidity());

        protected override void Copy(Column column) => ((FixedWidthColumn<T>)column).Memory.Span.CopyTo(_values.AsSpan(Length));
    }

    private sealed class Text(ColumnSchema schema, int rowCount, int byteCount, bool hasNulls) : JoinedColumn(schema, rowCount, hasNulls)
    {
        private readonly byte[] _bytes = new byte[byteCount];
        private readonly int[] _offsets = new int[rowCount + 1];

        public override Column Build() => StringColumn.Create(Schema.Name, _offsets, _bytes, BuildValidity());

        protected override void Copy(Column column)
        {
            var text = (StringColumn)column;
            ReadOnlySpan<int> source = text.Offsets;
            int at = _offsets[Length];
            text.Utf8Bytes[source[0]..source[^1]].CopyTo(_bytes.AsSpan(at));
            for (int i = 0; i < text.Length; i++)
            {
                _offsets[Length + i + 1] = at + source[i + 1] - source[0];
            }
        }
    }
}
