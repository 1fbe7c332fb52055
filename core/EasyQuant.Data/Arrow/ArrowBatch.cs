using System.Buffers.Binary;
using System.Text.Unicode;

namespace EasyQuant.Data;

/// <summary>Reads the columns of one record batch, in order.</summary>
internal sealed class ArrowBatch
{
    private const int UncompressedMax = 1 << 30;
    private readonly FlatTable _batch;
    private readonly ReadOnlyMemory<byte> _body;
    private readonly IReadOnlyDictionary<long, StringColumn> _dictionaries;
    private readonly bool _isCompressed;
    private int _node;
    private readonly ArrowBounds? _bounds;
    private int _buffer;
    private long _bytesRead;

    public ArrowBatch(FlatTable batch, ReadOnlyMemory<byte> body, IReadOnlyDictionary<long, StringColumn> dictionaries, ArrowBounds? bounds = null)
    {
        _batch = batch;
        _body = body;
        _dictionaries = dictionaries;
        _bounds = bounds;
        _isCompressed = batch.Has(3);
        if (_isCompressed && bounds is not null)
        {
            throw ArrowReader.Wrong("it is compressed");
        }

        if (_isCompressed && batch.Table(3).Byte(0) != 0)
        {
            throw ArrowReader.Wrong("it is compressed with ZSTD; read are LZ4 and none");
        }
    }

    public Column ReadColumn(ArrowField field)
    {
        int length = checked((int)_batch.StructLong(1, 16, _node, 0));
        if (_bounds is not null && (length < 0 || length > _bounds.RowsMax))
        {
            throw ArrowReader.Wrong($"a batch has {length} rows, at most {_bounds.RowsMax} are read");
        }

        bool hasNulls = _batch.StructLong(1, 16, _node++, 8) != 0;
        ReadOnlyMemory<byte> bits = Next();
        Validity? validity = hasNulls && bits.Length > 0 ? Validity.FromBitmap(bits, length) : null;
        if (field.DictionaryId is { } id)
        {
            return FromDictionary(field, id, length, validity);
        }

        string name = field.Schema.Name;
        if (field.Schema.Type == ColumnType.String)
        {
            return Texts(field, length, validity);
        }

        ReadOnlyMemory<byte> values = Next();
        int needed = field.Width == 0 ? (length + 7) / 8 : checked(length * field.Width);
        if (values.Length < needed)
        {
            throw ArrowReader.Wrong($"column `{name}` has {values.Length} bytes for {length} rows");
        }

        return field.Schema.Type switch
        {
            ColumnType.Float64 => Float64Column.Create(name, Doubles(values.Span, field, length), validity),
            ColumnType.Int64 => Int64Column.Create(name, Longs(values.Span, field, length, validity), validity),
            ColumnType.Timestamp => TimestampColumn.Create(name, Longs(values.Span, field, length, validity), validity),
            ColumnType.Decimal => DecimalColumn.Create(name, field.Schema.Scale, Longs(values.Span, field, length, validity), validity),
            ColumnType.Date => DateColumn.Create(name, Days(values.Span, field, length, validity), validity),
            _ => BoolColumn.Create(name, Flags(values.Span, length), validity),
        };
    }

    private StringColumn FromDictionary(ArrowField field, long id, int length, Validity? validity)
    {
        StringColumn texts = _dictionaries.TryGetValue(id, out StringColumn? known)
            ? known
            : throw ArrowReader.Wrong($"column `{field.Schema.Name}` uses dictionary {id}, which did not come");
        ReadOnlySpan<byte> indexes = Next().Span;
        var builder = new TableBuilder([field.Schema]);
        for (int row = 0; row < length; row++)
        {
            if (validity is not null && !validity.IsPresent(row))
            {
                builder[0].AppendNull();
                continue;
            }

            long index = Integer(indexes.Slice(row * field.IndexWidth, field.IndexWidth), isSigned: true);
            if (index < 0 || index >= texts.Length)
            {
                throw ArrowReader.Wrong($"column `{field.Schema.Name}` uses text {index} of a dictionary of {texts.Length}");
            }

            builder[0].AppendUtf8(texts.GetUtf8((int)index));
        }

        return builder.Build().GetColumn<StringColumn>(field.Schema.Name);
    }

    private StringColumn Texts(ArrowField field, int length, Validity? validity)
    {
        ReadOnlyMemory<byte> offsetBytes = Next();
        ReadOnlyMemory<byte> text = Next();
        if (!Utf8.IsValid(text.Span))
        {
            throw ArrowReader.Wrong($"column `{field.Schema.Name}` holds invalid UTF-8");
        }

        if (offsetBytes.Length > 0 ? offsetBytes.Length / field.Width <= length : length > 0)
        {
            throw ArrowReader.Wrong($"column `{field.Schema.Name}` has {offsetBytes.Length} bytes of offsets for {length} rows");
        }

        var offsets = new int[length + 1];
        for (int i = 0; i < offsets.Length && offsetBytes.Length > 0; i++)
        {
            offsets[i] = checked((int)Integer(offsetBytes.Span.Slice(i * field.Width, field.Width), isSigned: true));
        }

        return StringColumn.Create(field.Schema.Name, offsets, text, validity);
    }

    private static double[] Doubles(ReadOnlySpan<byte> values, ArrowField field, int length)
    {
        var doubles = new double[length];
        for (int i = 0; i < length; i++)
        {
            doubles[i] = field.Width == 8
                ? BinaryPrimitives.ReadDoubleLittleEndian(values[(i * 8)..])
                : BinaryPrimitives.ReadSingleLittleEndian(values[(i * 4)..]);
        }

        return doubles;
    }

    private static long[] Longs(ReadOnlySpan<byte> values, ArrowField field, int length, Validity? validity)
    {
        var longs = new long[length];
        for (int i = 0; i < length; i++)
        {
            if (validity is not null && !validity.IsPresent(i))
            {
                continue;
            }

            ReadOnlySpan<byte> element = values.Slice(i * field.Width, field.Width);
            longs[i] = field.Width == 16 ? checked((long)BinaryPrimitives.ReadInt128LittleEndian(element)) : Integer(element, field.IsSigned);
            longs[i] = field.Schema.Type != ColumnType.Timestamp ? longs[i]
                : field.Factor > 0 ? checked(longs[i] * field.Factor)
                : (long)Math.Floor(longs[i] / (decimal)-field.Factor);
        }

        return longs;
    }

    private static int[] Days(ReadOnlySpan<byte> values, ArrowField field, int length, Validity? validity)
    {
        var days = new int[length];
        for (int i = 0; i < length; i++)
        {
            if (validity is null || validity.IsPresent(i))
            {
                days[i] = checked((int)(Integer(values.Slice(i * field.Width, field.Width), isSigned: true) / field.Factor));
                _ = EpochDays.ToDate(days[i]);
            }
        }

        return days;
    }

    private static bool[] Flags(ReadOnlySpan<byte> values, int length)
    {
        var flags = new bool[length];
        for (int i = 0; i < length; i++)
        {
            flags[i] = (values[i >> 3] & (1 << (i & 7))) != 0;
        }

        return flags;
    }

    private static long Integer(ReadOnlySpan<byte> bytes, bool isSigned) => (bytes.Length, isSigned) switch
    {
        (1, true) => (sbyte)bytes[0],
        (1, false) => bytes[0],
        (2, true) => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        (4, true) => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        (4, false) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (_, true) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => checked((long)BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
    };

    private ReadOnlyMemory<byte> Next()
    {
        long offset = _batch.StructLong(2, 16, _buffer, 0);
        long length = _batch.StructLong(2, 16, _buffer++, 8);
        ReadOnlyMemory<byte> buffer = _body.Slice(checked((int)offset), checked((int)length));
        // Buffers that overlap would let few bytes become many columns.
        _bytesRead += buffer.Length;
        if (_bounds is not null && _bytesRead > _body.Length)
        {
            throw ArrowReader.Wrong("its buffers overlap");
        }

        if (!_isCompressed || buffer.IsEmpty)
        {
            return buffer;
        }

        // A compressed buffer starts with its length; -1 means that it is not compressed after all.
        long plain = BinaryPrimitives.ReadInt64LittleEndian(buffer.Span);
        if (plain == -1)
        {
            return buffer[8..];
        }

        if (plain is < 0 or > UncompressedMax || plain / 255 > buffer.Length)
        {
            throw ArrowReader.Wrong($"a buffer of {buffer.Length} bytes claims to hold {plain}");
        }

        return Lz4.DecodeFrame(buffer.Span[8..], (int)plain);
    }
}
