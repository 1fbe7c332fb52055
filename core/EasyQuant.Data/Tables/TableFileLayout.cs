namespace EasyQuant.Data;

internal static class TableFileLayout
{
    public const int ColumnEntryLength = 16;

    /// <summary>The one bit pattern in which NaN is stored: positive, quiet, no payload.</summary>
    public const long NaNBits = 0x7FF8_0000_0000_0000;

    public static long Align(long position) => (position + TableFile.Alignment - 1) & ~(TableFile.Alignment - 1L);

    /// <summary>Padded bytes of all buffers of one column.</summary>
    public static long ColumnLength(ColumnType type, long rowCount, bool hasValidity, long textLength)
    {
        long length = hasValidity && type != ColumnType.Float64 ? Align((rowCount + 7) / 8) : 0;
        return length + (type == ColumnType.String ? Align((rowCount + 1) * 4) + Align(textLength) : Align(ValuesLength(type, rowCount)));
    }

    public static long ValuesLength(ColumnType type, long rowCount) => type switch
    {
        ColumnType.Bool => (rowCount + 7) / 8,
        ColumnType.Date => rowCount * 4,
        _ => rowCount * 8,
    };
}
