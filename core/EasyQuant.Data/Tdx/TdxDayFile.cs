using System.Buffers.Binary;
using System.Globalization;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>
/// Reads and writes TDX <c>.day</c> files: 32-byte little-endian records
/// <c>u32 date (yyyyMMdd), u32 open, high, low, close, f32 amount (CNY), u32 volume, u32 reserved</c>.
/// One price integer means 0.01, for funds, bonds and Shanghai B-shares 0.001; one volume integer means a share, for indices a lot of 100.
/// The kind follows from market and code: SH 00/88/99 and SZ 39 are indices; SH 5, 1, 2, 01, 90 and SZ 1 have three digits.
/// </summary>
public static class TdxDayFile
{
    /// <summary>Bytes of one record.</summary>
    public const int RecordLength = 32;

    /// <summary>Reads all records into a bar table sorted by day; records of one day keep their order.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="symbol">Decides the units; see <see cref="SymbolOfFileName"/>.</param>
    /// <param name="rowsMax">Largest number of records, at least 0.</param>
    /// <exception cref="TdxException">The length is no multiple of 32, there are too many records, or a record has an impossible date or amount.</exception>
    public static Table Read(ReadOnlySpan<byte> file, Symbol symbol, int rowsMax)
    {
        int count = RecordCount(file, rowsMax);

        TdxUnits units = TdxUnits.Of(symbol);
        var symbols = new SymbolSet();
        int id = symbols.Add(symbol);
        var rows = new BarRows(symbols);
        int lastDate = 0;
        int lastDay = 0;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> record = file.Slice(i * RecordLength, RecordLength);
            int date = BinaryPrimitives.ReadInt32LittleEndian(record);
            if (date != lastDate)
            {
                lastDay = Day(date, i);
                lastDate = date;
            }

            int row = rows.Add(id, lastDay);
            for (int c = BarRows.OpenColumn; c <= BarRows.CloseColumn; c++)
            {
                rows.Set(c, row, (long)BinaryPrimitives.ReadUInt32LittleEndian(record[(4 + (c * 4))..]) * units.PriceTick);
            }

            rows.Set(BarRows.AmountColumn, row, Amount(BinaryPrimitives.ReadSingleLittleEndian(record[20..]), i));
            rows.Set(BarRows.VolumeColumn, row, (long)BinaryPrimitives.ReadUInt32LittleEndian(record[24..]) * units.VolumeLot);
        }

        return rows.ToTable(out _);
    }

    /// <summary>Writes the bars of one symbol in the order of the rows. Amounts become 32-bit floats, as the format has it.</summary>
    /// <exception cref="ArgumentException">The table is no bar table.</exception>
    /// <exception cref="TdxException">A value is missing, negative, too large or no multiple of the format's unit, or a row has another symbol.</exception>
    public static byte[] Write(Table bars, Symbol symbol)
    {
        BarTable.Require(bars);
        TdxUnits units = TdxUnits.Of(symbol);
        var file = new byte[checked(bars.RowCount * RecordLength)];
        var symbols = bars.GetColumn<StringColumn>(BarTable.Symbol);
        var dates = bars.GetColumn<DateColumn>(BarTable.TradingDate);
        DecimalColumn[] prices = [.. new[] { BarTable.Open, BarTable.High, BarTable.Low, BarTable.Close }.Select(bars.GetColumn<DecimalColumn>)];
        var amount = bars.GetColumn<DecimalColumn>(BarTable.Amount);
        var volume = bars.GetColumn<Int64Column>(BarTable.Volume);
        byte[] canonical = System.Text.Encoding.UTF8.GetBytes(symbol.ToString());
        for (int i = 0; i < bars.RowCount; i++)
        {
            if (!symbols.GetUtf8(i).SequenceEqual(canonical))
            {
                throw Unfit(i, $"symbol {symbols.GetString(i)} in a file of {symbol}");
            }

            Span<byte> record = file.AsSpan(i * RecordLength, RecordLength);
            DateOnly date = dates.GetDate(i);
            BinaryPrimitives.WriteInt32LittleEndian(record, (date.Year * 10000) + (date.Month * 100) + date.Day);
            for (int c = 0; c < prices.Length; c++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(record[(4 + (c * 4))..], Integer(prices[c], prices[c].Units[i], units.PriceTick, i));
            }

            BinaryPrimitives.WriteSingleLittleEndian(record[20..], (float)((double)amount.Units[i] / 10_000));
            BinaryPrimitives.WriteUInt32LittleEndian(record[24..], Integer(volume, volume.Values[i], units.VolumeLot, i));
        }

        return file;
    }

    /// <summary>The symbol that a file name such as <c>sh600000.day</c> means.</summary>
    /// <param name="fileName">With or without folders and extension.</param>
    /// <param name="symbol">The symbol, or the default value.</param>
    /// <returns>False when the name is no symbol.</returns>
    public static bool SymbolOfFileName(string fileName, out Symbol symbol) =>
        Symbol.TryNormalize(Path.GetFileNameWithoutExtension(fileName), out symbol);

    internal static int RecordCount(ReadOnlySpan<byte> file, int rowsMax)
    {
        if (file.Length % RecordLength != 0)
        {
            throw new TdxException(
                "TDX_TRUNCATED",
                $"The file has {file.Length} bytes, which is no multiple of {RecordLength}: record {(file.Length / RecordLength) + 1} is cut off.");
        }

        int count = file.Length / RecordLength;
        return count <= rowsMax
            ? count
            : throw new TdxException("TDX_TOO_MANY_ROWS", $"The file has {count} records, at most {rowsMax} are read.");
    }

    private static uint Integer(Column column, long value, int unit, int row) =>
        !column.IsNull(row) && value >= 0 && value % unit == 0 && value / unit <= uint.MaxValue
            ? (uint)(value / unit)
            : throw Unfit(row, $"column `{column.Name}`: {column.GetValue(row) ?? "no value"}");

    private static int Day(int date, int record)
    {
        int year = date / 10000;
        int month = date / 100 % 100;
        int day = date % 100;
        if (date <= 0 || year is < 1900 or > 2200 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            throw new TdxException("TDX_BAD_RECORD", $"Record {record + 1} (byte {(long)record * RecordLength}): {(uint)date} is no date yyyyMMdd from 1900 to 2200.");
        }

        return EpochDays.FromDate(new DateOnly(year, month, day));
    }

    // A float has 24 bits and 10^4 has 14: the product is exact in double, only the last digit is rounded.
    private static long Amount(float amount, int record) => amount is >= 0 and < 9e14f
        ? (long)Math.Round((double)amount * 10_000, MidpointRounding.AwayFromZero)
        : throw new TdxException(
            "TDX_BAD_RECORD",
            $"Record {record + 1} (byte {(long)record * RecordLength}): amount {amount.ToString(CultureInfo.InvariantCulture)} is negative or no number below 9e14.");

    private static TdxException Unfit(int row, string what) =>
        new("TDX_NOT_REPRESENTABLE", $"Row {row} does not fit into a TDX record: {what}.");
}
