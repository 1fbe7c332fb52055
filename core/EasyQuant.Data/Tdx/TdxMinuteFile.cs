using System.Buffers.Binary;
using System.Globalization;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>
/// Reads TDX minute files: 32-byte little-endian records <c>u16 date ((year - 2004) × 2048 + month × 100 + day), u16 minutes since 0:00</c>, then for
/// <c>.lc1</c> and <c>.lc5</c> four f32 prices, for the old <c>.1</c> and <c>.5</c> four u32 prices of 0.01, then <c>f32 amount (CNY), u32 volume, u32
/// reserved</c>. Times are the ends of bars in China's zone (first 09:31); the table has their starts. Volume counts shares, for indices lots of 100.
/// </summary>
public static class TdxMinuteFile
{
    private const int RecordLength = TdxDayFile.RecordLength;
    private const long ChinaOffset = 8 * 3_600_000_000L;

    /// <summary>Reads all records into a bar table with <c>start_time</c>, sorted by time.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="symbol">Symbol of the file.</param>
    /// <param name="minutes">Minutes of a bar, 1 to 720.</param>
    /// <param name="isOld">True for <c>.1</c> and <c>.5</c>.</param>
    /// <param name="rowsMax">Largest number of records, at least 0.</param>
    /// <exception cref="TdxException">The length is no multiple of 32, there are too many records, or a record has an impossible date, price or amount.</exception>
    public static Table Read(ReadOnlySpan<byte> file, Symbol symbol, int minutes, bool isOld, int rowsMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minutes, 1);
        int count = TdxDayFile.RecordCount(file, rowsMax);

        var symbols = new SymbolSet();
        int id = symbols.Add(symbol);
        int lot = TdxUnits.Of(symbol).VolumeLot;
        var rows = new BarRows(symbols, BarScales.Shares, hasTime: true);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> record = file.Slice(i * RecordLength, RecordLength);
            int end = BinaryPrimitives.ReadUInt16LittleEndian(record[2..]);
            int day = Day(BinaryPrimitives.ReadUInt16LittleEndian(record), end, i);
            long start = (day * CsvTime.MicrosPerDay) + ((end - minutes) * 60_000_000L);
            int row = rows.Add(id, CsvTime.Split(start).Day);
            rows.SetTime(row, start - ChinaOffset);
            for (int c = BarRows.OpenColumn; c <= BarRows.CloseColumn; c++)
            {
                ReadOnlySpan<byte> field = record[(4 + (c * 4))..];
                rows.Set(c, row, isOld ? BinaryPrimitives.ReadUInt32LittleEndian(field) * 100L : Units(BinaryPrimitives.ReadSingleLittleEndian(field), i, "price"));
            }

            rows.Set(BarRows.AmountColumn, row, Units(BinaryPrimitives.ReadSingleLittleEndian(record[20..]), i, "amount"));
            rows.Set(BarRows.VolumeColumn, row, (long)BinaryPrimitives.ReadUInt32LittleEndian(record[24..]) * lot);
        }

        return rows.ToTable(out _);
    }

    private static int Day(int packed, int minute, int record)
    {
        int year = (packed / 2048) + 2004;
        int month = packed % 2048 / 100;
        int day = packed % 2048 % 100;
        return month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) && minute is >= 0 and <= 1440
            ? EpochDays.FromDate(new DateOnly(year, month, day))
            : throw Bad(record, $"{packed} and {minute} are no date and minute of the day");
    }

    // A 32-bit float keeps seven digits: the shortest decimal that gives it is what was written.
    private static long Units(float value, int record, string what) => value is >= 0 and < 9e13f
        ? (long)Math.Round((decimal)value * 10_000m, MidpointRounding.AwayFromZero)
        : throw Bad(record, $"{what} {value.ToString(CultureInfo.InvariantCulture)} is negative or no number below 9e13");

    private static TdxException Bad(int record, string what) =>
        new("TDX_BAD_RECORD", $"Record {record + 1} (byte {(long)record * RecordLength}): {what}.");
}
