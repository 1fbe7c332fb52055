namespace EasyQuant.Data;

/// <summary>One column of an Arrow schema: what it becomes, and how it is stored.</summary>
/// <param name="Schema">Column of the table.</param>
/// <param name="Kind">Number of the type in the format.</param>
/// <param name="Width">Bytes of an element, or of an offset of texts; 0 for bits.</param>
/// <param name="IsSigned">Whether integers have a sign.</param>
/// <param name="Factor">Microseconds of a unit of time when positive, units of a microsecond when negative; days of a unit for dates.</param>
/// <param name="DictionaryId">The dictionary that holds the texts; null = none.</param>
/// <param name="IndexWidth">Bytes of a position in the dictionary.</param>
internal sealed record ArrowField(ColumnSchema Schema, int Kind, int Width, bool IsSigned, long Factor, long? DictionaryId, int IndexWidth)
{
    public static ArrowField Of(FlatTable field)
    {
        string name = field.Text(0);
        if (name.Length == 0)
        {
            throw ArrowReader.Wrong("a column has no name");
        }

        int kind = field.Byte(2);
        FlatTable type = field.Table(3);
        long? dictionary = null;
        int indexWidth = 0;
        if (field.Has(4))
        {
            FlatTable encoding = field.Table(4);
            dictionary = encoding.Long(0);
            indexWidth = encoding.Has(1) ? encoding.Table(1).Int(0) / 8 : 4;
            if (kind is not (5 or 20))
            {
                throw ArrowReader.Wrong($"column `{name}` is a dictionary of something else than texts");
            }
        }

        ArrowField Make(ColumnType column, int width, bool isSigned = true, long factor = 1, int scale = 0) =>
            new(new ColumnSchema(name, column, scale), kind, width, isSigned, factor, dictionary, indexWidth);

        return kind switch
        {
            2 when type.Int(0) is 8 or 16 or 32 or 64 => Make(ColumnType.Int64, type.Int(0) / 8, type.Byte(1) != 0),
            3 when type.Short(0) is 1 or 2 => Make(ColumnType.Float64, type.Short(0) * 4),
            5 => Make(ColumnType.String, 4),
            6 => Make(ColumnType.Bool, 0),
            7 when type.Int(2, 128) == 128 && type.Int(1) is >= 0 and <= ColumnSchema.ScaleMax => Make(ColumnType.Decimal, 16, scale: type.Int(1)),
            8 => type.Short(0, 1) == 0 ? Make(ColumnType.Date, 4) : Make(ColumnType.Date, 8, factor: 86_400_000),
            10 => Make(ColumnType.Timestamp, 8, factor: type.Short(0) switch { 0 => 1_000_000, 1 => 1000, 2 => 1, _ => -1000 }),
            20 => Make(ColumnType.String, 8),
            _ => throw ArrowReader.Wrong($"column `{name}` has type {kind}; read are integers, float32, float64, utf8, bool, decimal128, dates and timestamps"),
        };
    }
}
