using System.Runtime.InteropServices;
using System.Text;

namespace EasyQuant.Data;

internal static class ColumnBuilders
{
    public static ColumnBuilder Create(ColumnSchema schema) => schema.Type switch
    {
        ColumnType.Float64 => new Float64Builder(schema),
        ColumnType.Bool => new BoolBuilder(schema),
        ColumnType.String => new StringBuilderUtf8(schema),
        ColumnType.Date => new DateBuilder(schema),
        _ => new LongBuilder(schema),
    };

    /// <summary>Growing array that can be handed out without a copy.</summary>
    private struct Buffer<T>
        where T : unmanaged
    {
        private T[] _items;

        public Buffer(int capacity) => _items = new T[capacity];

        public int Count { get; private set; }

        public void Add(T item)
        {
            if (Count == _items.Length)
            {
                Grow(1);
            }

            _items[Count++] = item;
        }

        public void AddRange(ReadOnlySpan<T> items)
        {
            if (items.Length > _items.Length - Count)
            {
                Grow(items.Length);
            }

            items.CopyTo(_items.AsSpan(Count));
            Count += items.Length;
        }

        public readonly ReadOnlyMemory<T> ToMemory() => _items.AsMemory(0, Count);

        private void Grow(int extra)
        {
            long needed = (long)Count + extra;
            if (needed > Array.MaxLength)
            {
                throw new InvalidOperationException($"A column cannot hold more than {Array.MaxLength} elements.");
            }

            Array.Resize(ref _items, (int)Math.Min(Math.Max(needed, 2L * _items.Length), Array.MaxLength));
        }
    }

    /// <summary>Flags of present rows; nothing is kept until the first missing value.</summary>
    private struct Presence
    {
        private List<bool>? _flags;

        public void Present() => _flags?.Add(true);

        public void Missing(int rowsBefore)
        {
            if (_flags is null)
            {
                _flags = new List<bool>(rowsBefore + 16);
                CollectionsMarshal.SetCount(_flags, rowsBefore);
                CollectionsMarshal.AsSpan(_flags).Fill(true);
            }

            _flags.Add(false);
        }

        public readonly Validity? ToValidity() => _flags is null ? null : Validity.FromFlags(CollectionsMarshal.AsSpan(_flags));
    }

    private sealed class Float64Builder(ColumnSchema schema) : ColumnBuilder(schema)
    {
        private Buffer<double> _values = new(16);

        public override int Length => _values.Count;

        public override void AppendNull() => _values.Add(double.NaN);

        public override void Append(double value) => _values.Add(value);

        public override void Append(long value) => _values.Add(value);

        internal override Column Build() => Float64Column.Create(Schema.Name, _values.ToMemory());
    }

    private sealed class LongBuilder(ColumnSchema schema) : ColumnBuilder(schema)
    {
        private Buffer<long> _values = new(16);
        private Presence _presence;

        public override int Length => _values.Count;

        public override void AppendNull()
        {
            _presence.Missing(_values.Count);
            _values.Add(0);
        }

        public override void AppendRaw(long value)
        {
            _presence.Present();
            _values.Add(value);
        }

        public override void Append(long value)
        {
            switch (Schema.Type)
            {
                case ColumnType.Int64: AppendRaw(value); break;
                case ColumnType.Decimal: AppendRaw(checked(value * DecimalUnits.Power(Schema.Scale))); break;
                default: base.Append(value); break;
            }
        }

        public override void Append(decimal value)
        {
            if (Schema.Type != ColumnType.Decimal)
            {
                base.Append(value);
            }

            if (!DecimalUnits.TryFromDecimal(value, Schema.Scale, out long units))
            {
                throw new ArgumentException(
                    $"Column `{Schema.Name}`: {value} does not fit into 64 bits with {Schema.Scale} digits after the point.", nameof(value));
            }

            AppendRaw(units);
        }

        public override void Append(DateTime value)
        {
            if (Schema.Type != ColumnType.Timestamp)
            {
                base.Append(value);
            }

            if (value.Kind != DateTimeKind.Utc)
            {
                throw new ArgumentException($"Column `{Schema.Name}`: an instant must be UTC, was {value.Kind}.", nameof(value));
            }

            AppendRaw((value - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        }

        internal override Column Build() => Schema.Type switch
        {
            ColumnType.Int64 => Int64Column.Create(Schema.Name, _values.ToMemory(), _presence.ToValidity()),
            ColumnType.Timestamp => TimestampColumn.Create(Schema.Name, _values.ToMemory(), _presence.ToValidity()),
            _ => DecimalColumn.Create(Schema.Name, Schema.Scale, _values.ToMemory(), _presence.ToValidity()),
        };
    }

    private sealed class DateBuilder(ColumnSchema schema) : ColumnBuilder(schema)
    {
        private Buffer<int> _values = new(16);
        private Presence _presence;

        public override int Length => _values.Count;

        public override void AppendNull()
        {
            _presence.Missing(_values.Count);
            _values.Add(0);
        }

        public override void Append(DateOnly value) => AppendRaw(EpochDays.FromDate(value));

        public override void AppendRaw(long value)
        {
            if (value is < EpochDays.Min or > EpochDays.Max)
            {
                throw new ArgumentException($"Column `{Schema.Name}`: day {value} is outside the years 1 to 9999.", nameof(value));
            }

            _presence.Present();
            _values.Add((int)value);
        }

        internal override Column Build() => DateColumn.Create(Schema.Name, _values.ToMemory(), _presence.ToValidity());
    }

    private sealed class BoolBuilder(ColumnSchema schema) : ColumnBuilder(schema)
    {
        private Buffer<bool> _values = new(16);
        private Presence _presence;

        public override int Length => _values.Count;

        public override void AppendNull()
        {
            _presence.Missing(_values.Count);
            _values.Add(false);
        }

        public override void Append(bool value)
        {
            _presence.Present();
            _values.Add(value);
        }

        internal override Column Build() => BoolColumn.Create(Schema.Name, _values.ToMemory(), _presence.ToValidity());
    }

    private sealed class StringBuilderUtf8 : ColumnBuilder
    {
        private Buffer<int> _offsets = new(17);
        private Buffer<byte> _bytes = new(64);
        private Presence _presence;

        public StringBuilderUtf8(ColumnSchema schema)
            : base(schema) => _offsets.Add(0);

        public override int Length => _offsets.Count - 1;

        public override void AppendNull()
        {
            _presence.Missing(Length);
            _offsets.Add(_bytes.Count);
        }

        public override void Append(string? value)
        {
            if (value is null)
            {
                AppendNull();
                return;
            }

            int byteCountMax = Encoding.UTF8.GetMaxByteCount(value.Length);
            if (byteCountMax <= 512)
            {
                Span<byte> utf8 = stackalloc byte[512];
                AppendUtf8(utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
            }
            else
            {
                AppendUtf8(Encoding.UTF8.GetBytes(value));
            }
        }

        public override void AppendUtf8(ReadOnlySpan<byte> value)
        {
            _presence.Present();
            _bytes.AddRange(value);
            _offsets.Add(_bytes.Count);
        }

        internal override Column Build() =>
            StringColumn.Create(Schema.Name, _offsets.ToMemory(), _bytes.ToMemory(), _presence.ToValidity());
    }
}
