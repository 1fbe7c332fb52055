using System.Buffers.Binary;

namespace EasyQuant.Data;

/// <summary>One column of a file: how it is stored, what it becomes, and the rows so far.</summary>
internal sealed class ParquetColumn
{
    private const long JulianEpoch = 2_440_588;
    private readonly ColumnBuilder _rows;
    private readonly TableBuilder _builder;
    private readonly long _factor;

    private ParquetColumn(ColumnSchema schema, int physical, int width, bool isOptional, long factor)
    {
        Schema = schema;
        Physical = physical;
        Width = width;
        IsOptional = isOptional;
        _factor = factor;
        _builder = new TableBuilder([schema]);
        _rows = _builder[0];
    }

    public ColumnSchema Schema { get; }

    /// <summary>Type number of the format: 0 bool, 1 int32, 2 int64, 3 int96, 4 float, 5 double, 6 bytes, 7 fixed bytes.</summary>
    public int Physical { get; }

    /// <summary>Bytes of a fixed value.</summary>
    public int Width { get; }

    public bool IsOptional { get; }

    public static ParquetColumn Of(ThriftValue element)
    {
        string name = element.Text(4);
        long repetition = element.NumberOr(3, 0);
        if (element.NumberOr(5, 0) > 0 || repetition == 2)
        {
            throw ParquetReader.Wrong($"column `{name}` is nested or repeated; only flat columns are read");
        }

        int physical = (int)element.Number(1);
        ThriftValue? logical = element.Has(10) ? element[10] : null;
        long converted = element.NumberOr(6, -1);
        int width = physical switch { 1 or 4 => 4, 2 or 5 => 8, 3 => 12, 7 => (int)element.NumberOr(2, 0), _ => 0 };
        ParquetColumn Make(ColumnType type, long factor = 1, int scale = 0) =>
            new(new ColumnSchema(name, type, scale), physical, width, repetition == 1, factor);

        if (converted == 5 || logical?.Has(5) == true)
        {
            long scale = logical?.Has(5) == true ? logical[5].NumberOr(1, 0) : element.NumberOr(7, 0);
            return physical is 1 or 2 or 6 or 7 && scale is >= 0 and <= ColumnSchema.ScaleMax && width <= 16
                ? Make(ColumnType.Decimal, scale: (int)scale)
                : throw ParquetReader.Wrong($"column `{name}` is a decimal of scale {scale} that is not read");
        }

        if (physical == 2 && (converted is 9 or 10 || logical?.Has(8) == true))
        {
            ThriftValue? unit = logical?.Has(8) == true ? logical[8][2] : null;
            return Make(ColumnType.Timestamp, unit?.Has(1) == true || (unit is null && converted == 9) ? 1000 : unit?.Has(3) == true ? -1000 : 1);
        }

        return physical switch
        {
            0 => Make(ColumnType.Bool),
            1 when converted == 6 || logical?.Has(6) == true => Make(ColumnType.Date),
            1 or 2 => Make(ColumnType.Int64),
            3 => Make(ColumnType.Timestamp, -1000),
            4 or 5 => Make(ColumnType.Float64),
            6 => Make(ColumnType.String),
            _ => throw ParquetReader.Wrong($"column `{name}` has physical type {physical} of {width} bytes, which is not read"),
        };
    }

    public Column Build() => _builder.Build().Columns[0];

    public void AppendNull() => _rows.AppendNull();

    /// <summary>Appends a value of the bytes that plain encoding has for it.</summary>
    public void Append(ReadOnlySpan<byte> value)
    {
        switch (Schema.Type)
        {
            case ColumnType.Bool: _rows.Append(value[0] != 0); break;
            case ColumnType.String: _rows.AppendUtf8(value); break;
            case ColumnType.Float64: _rows.Append(Physical == 5 ? BinaryPrimitives.ReadDoubleLittleEndian(value) : BinaryPrimitives.ReadSingleLittleEndian(value)); break;
            case ColumnType.Timestamp: _rows.AppendRaw(Micros(value)); break;
            case ColumnType.Decimal when Physical is 6 or 7: _rows.AppendRaw(BigEndian(value)); break;
            default: _rows.AppendRaw(Physical == 1 ? BinaryPrimitives.ReadInt32LittleEndian(value) : BinaryPrimitives.ReadInt64LittleEndian(value)); break;
        }
    }

    private long Micros(ReadOnlySpan<byte> value)
    {
        if (Physical == 3)
        {
            // INT96: nanoseconds of the day, then the Julian day.
            long nanos = BinaryPrimitives.ReadInt64LittleEndian(value);
            long day = BinaryPrimitives.ReadInt32LittleEndian(value[8..]) - JulianEpoch;
            return checked((day * CsvTime.MicrosPerDay) + (nanos / 1000));
        }

        long stored = BinaryPrimitives.ReadInt64LittleEndian(value);
        return _factor > 0 ? checked(stored * _factor) : (long)Math.Floor(stored / (decimal)-_factor);
    }

    private static long BigEndian(ReadOnlySpan<byte> value)
    {
        Int128 number = value.Length > 0 && (value[0] & 0x80) != 0 ? -1 : 0;
        if (value.Length > 16)
        {
            throw ParquetReader.Wrong("a decimal has more than 16 bytes");
        }

        foreach (byte b in value)
        {
            number = (number << 8) | b;
        }

        return checked((long)number);
    }
}
