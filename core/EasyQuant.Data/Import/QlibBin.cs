using System.Buffers.Binary;
using System.Text;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>
/// Reads qlib's binary form: a calendar file, and one file a field, 32-bit floats little endian, of which the first is the position of the second in the
/// calendar. Prices are traded × factor, volumes traded ÷ factor; both are undone, prices rounded to the tick. NaN rows are suspended days.
/// </summary>
internal static class QlibBin
{
    private static readonly string[] s_prices = ["open", "high", "low", "close"];

    /// <summary>Reads one symbol.</summary>
    /// <param name="path">Path of its <c>close.day.bin</c>.</param>
    /// <param name="files">Opens the neighbours.</param>
    /// <param name="options">Symbol, limits.</param>
    /// <param name="skipped">Days without prices.</param>
    public static Table Read(string path, IImportFiles files, ImportOptions options, out long skipped)
    {
        string[] parts = path.Split('/');
        string[] name = parts[^1].Split('.');
        if (parts.Length < 3 || name.Length != 3 || parts[^3] != "features")
        {
            throw new ImportException("IMPORT_FORMAT", $"{path}: a qlib file lies at features/<symbol>/<field>.<frequency>.bin.");
        }

        if (!Symbol.TryNormalize(parts[^2], out Symbol symbol) && options.Symbol is null)
        {
            throw new ImportException("IMPORT_SYMBOL", $"{path}: the folder `{parts[^2]}` is no known spelling of a symbol.");
        }

        string frequency = name[1];
        string root = string.Join('/', parts[..^3]);
        List<(int Day, long Micros)> calendar = Calendar(Load(files, Join(root, $"calendars/{frequency}.txt"), required: true)!, frequency == "day");
        byte[]?[] prices = [.. s_prices.Select(f => Load(files, FieldPath(parts, f, frequency), required: true))];
        byte[]? volume = Load(files, FieldPath(parts, "volume", frequency), required: false);
        byte[]? factor = Load(files, FieldPath(parts, "factor", frequency), required: false);
        byte[]? amount = Load(files, FieldPath(parts, "amount", frequency), required: false) ?? Load(files, FieldPath(parts, "money", frequency), required: false);
        bool isDaily = frequency == "day";
        var symbols = new SymbolSet();
        Symbol used = options.Symbol ?? symbol;
        int id = symbols.Add(used);
        var rows = new BarRows(symbols, BarScales.Shares, hasTime: !isDaily);
        (int start, int count) = Range(prices[3]!, calendar.Count, path);
        skipped = 0;
        for (int i = 0; i < count && !(rows.Count >= options.RowsStop); i++)
        {
            int slot = start + i;
            float scale = factor is null ? 1 : At(factor, slot);
            if (s_prices.Where((_, c) => float.IsNaN(At(prices[c]!, slot))).Any() || float.IsNaN(scale))
            {
                skipped++;
                continue;
            }

            int row = rows.Add(id, calendar[slot].Day);
            if (!isDaily)
            {
                rows.SetTime(row, (calendar[slot].Day * CsvTime.MicrosPerDay) + calendar[slot].Micros - (8 * 3_600_000_000L));
            }

            Fill(rows, row, prices, scale, volume is null ? float.NaN : At(volume, slot), amount is null ? float.NaN : At(amount, slot), slot, TickOf(used));
        }

        return rows.ToTable(out _);
    }

    private static void Fill(BarRows rows, int row, byte[]?[] prices, float factor, float volume, float amount, int slot, long tick)
    {
        if (!(factor > 0) || !float.IsFinite(factor))
        {
            throw new ImportException("IMPORT_FORMAT", $"The factor of slot {slot} is not above 0.");
        }

        for (int column = BarRows.OpenColumn; column <= BarRows.CloseColumn; column++)
        {
            float price = At(prices[column]!, slot);
            if (price is not (>= 0 and < 1e12f))
            {
                throw new ImportException("IMPORT_FORMAT", $"{s_prices[column]} of slot {slot} is negative or no number below 10^12.");
            }

            rows.Set(column, row, (long)Math.Round((decimal)price / (decimal)factor * 10_000m / tick, MidpointRounding.AwayFromZero) * tick);
        }

        if (volume is >= 0 and < 1e15f)
        {
            rows.Set(BarRows.VolumeColumn, row, (long)Math.Round((double)volume * factor, MidpointRounding.AwayFromZero));
        }
        else
        {
            rows.SetMissing(BarRows.VolumeColumn, row);
        }

        if (amount is >= 0 and < 9e13f)
        {
            rows.Set(BarRows.AmountColumn, row, (long)Math.Round((double)amount * 10_000, MidpointRounding.AwayFromZero));
        }
        else
        {
            rows.SetMissing(BarRows.AmountColumn, row);
        }
    }

    private static long TickOf(Symbol symbol) => Instrument.BoardOf(symbol) switch
    {
        Board.Main or Board.Star or Board.ChiNext or Board.Bse => 100,
        Board.Fund or Board.BShare or Board.Bond => 10,
        _ => 1,
    };

    private static (int Start, int Count) Range(byte[] file, int slots, string path)
    {
        float start = file.Length >= 4 && file.Length % 4 == 0 ? BinaryPrimitives.ReadSingleLittleEndian(file) : -1;
        int count = (file.Length / 4) - 1;
        return start >= 0 && start == (int)start && (int)start + count <= slots
            ? ((int)start, count)
            : throw new ImportException("IMPORT_FORMAT", $"{path}: {file.Length} bytes from slot {start} do not fit a calendar of {slots} slots.");
    }

    /// <summary>The value of a slot; NaN outside the file.</summary>
    private static float At(byte[] file, int slot)
    {
        if (file.Length < 8)
        {
            return float.NaN;
        }

        long index = slot - (long)BinaryPrimitives.ReadSingleLittleEndian(file) + 1;
        return index >= 1 && index < file.Length / 4 ? BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan((int)index * 4)) : float.NaN;
    }

    private static List<(int Day, long Micros)> Calendar(byte[] file, bool isDaily)
    {
        var calendar = new List<(int, long)>();
        foreach (string line in Encoding.UTF8.GetString(file).Split('\n'))
        {
            string text = line.Trim();
            if (text.Length > 0)
            {
                calendar.Add(CsvTime.Read(Encoding.UTF8.GetBytes(text), out int day, out long micros) == CsvTime.Kind.Local
                    ? (day, isDaily ? 0 : micros)
                    : throw new ImportException("IMPORT_FORMAT", $"The calendar's line {calendar.Count + 1}, `{(text.Length > 40 ? text[..40] : text)}`, is no date."));
            }
        }

        return calendar;
    }

    private static string FieldPath(string[] parts, string field, string frequency) => $"{string.Join('/', parts[..^1])}/{field}.{frequency}.bin";

    private static string Join(string root, string path) => root.Length == 0 ? path : root + "/" + path;

    private static byte[]? Load(IImportFiles files, string path, bool required)
    {
        using Stream? stream = files.OpenRead(path);
        if (stream is null)
        {
            return required ? throw new ImportException("IMPORT_FORMAT", $"There is no file {path}, which qlib's form needs.") : null;
        }

        return BarImport.ReadAll(stream, path);
    }
}
