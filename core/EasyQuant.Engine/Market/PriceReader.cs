using System.Globalization;
using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Reads price and volume columns of a bar table as integers of one scale.</summary>
internal sealed class PriceReader
{
    private const int ScaleMax = 8;
    private static readonly string[] s_priceNames = ["open", "high", "low", "close"];
    private readonly Table _table;

    public PriceReader(Table table)
        : this(table, s_priceNames)
    {
    }

    /// <summary>Prepares to read the named price columns.</summary>
    public PriceReader(Table table, IEnumerable<string> priceNames)
    {
        _table = table;
        Scale = Price.ShareScale;
        foreach (string name in priceNames)
        {
            Column column = DailyPanelReader.Typed<Column>(table, name);
            if (column.Type is not (ColumnType.Decimal or ColumnType.Float64) || column.Scale > ScaleMax)
            {
                throw new BarTableException(
                    "COLUMN_TYPE", $"Column \"{name}\" is {column.Type} of scale {column.Scale}, expected a decimal of scale 0 to {ScaleMax} or float64.");
            }

            Scale = Math.Max(Scale, column.Scale);
        }
    }

    /// <summary>Decimal places of the prices handed out: the largest of the table, at least 4.</summary>
    public int Scale { get; }

    public long[] Prices(string name, int[] rows) => Read(_table[name], rows, nullValue: null);

    /// <summary>Prices of a column that may be missing, or null in a row: 0 there. Empty without the column.</summary>
    public long[] Optional(string name, int[] rows) => _table.TryGetColumn(name, out Column? column) ? Read(column, rows, nullValue: 0) : [];

    public long[] PreviousCloses(int[] rows) =>
        _table.TryGetColumn("pre_close", out Column? column) && column.Type is ColumnType.Decimal or ColumnType.Float64 && column.Scale <= ScaleMax
            ? Read(column, rows, nullValue: 0)
            : [];

    /// <summary>Decimal places of quantities: those of a decimal column of volumes for instruments outside the boards (coins), 0 for all others.</summary>
    public int QuantityScale(Instrument instrument) =>
        instrument.Board == Board.Other && _table.TryGetColumn("volume", out Column? column) && column is DecimalColumn { Scale: <= ScaleMax } decimals ? decimals.Scale : 0;

    /// <summary>Traded quantities, of the scale of the instrument. A missing one is an error, but of an index and of other instruments that need no volume: 0 there.</summary>
    public long[] Volumes(int[] rows, Instrument instrument)
    {
        bool needsVolume = instrument.Board is not (Board.Index or Board.Other);
        Column column = DailyPanelReader.Typed<Column>(_table, "volume");
        long[] result = new long[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            result[i] = column.IsNull(rows[i]) ? (needsVolume ? throw Missing(rows[i], instrument) : 0) : column switch
            {
                Int64Column integers => Checked(integers.Values[rows[i]], rows[i]),
                DecimalColumn decimals => Checked(decimals.Units[rows[i]] / ScaledDecimal.PowerOfTen(decimals.Scale - Math.Min(decimals.Scale, instrument.QuantityScale)), rows[i]),
                Float64Column doubles => Checked(double.IsFinite(doubles.Values[rows[i]]) ? (long)doubles.Values[rows[i]] : -1, rows[i]),
                _ => throw new BarTableException("COLUMN_TYPE", $"Column \"volume\" is {column.Type}, expected int64."),
            };
        }

        return result;
    }

    private static BarTableException Missing(int row, Instrument instrument) => new(
        "VALUE_MISSING", $"Row {row}: \"volume\" of {instrument.Symbol} is null; a bar on which nothing was traded has 0. Fill or drop the row.");

    private static long Checked(long volume, int row) => volume >= 0
        ? volume
        : throw new BarTableException("VALUE_OUT_OF_RANGE", $"Row {row}: \"volume\" must be at least 0, was {volume}.");

    /// <summary>NaN and infinities become a value that is out of range.</summary>
    private static Int128 FromDouble(double units) => double.IsFinite(units) ? (Int128)Math.Round(units, MidpointRounding.AwayFromZero) : -1;

    private static string Text(Column column, int row) => column is DecimalColumn decimals
        ? ScaledDecimal.Format(decimals.Units[row], decimals.Scale)
        : ((Float64Column)column).Values[row].ToString(CultureInfo.InvariantCulture);

    private long[] Read(Column column, int[] rows, long? nullValue)
    {
        long[] result = new long[rows.Length];
        long factor = ScaledDecimal.PowerOfTen(Scale - Math.Min(Scale, column.Scale));
        double doubleFactor = ScaledDecimal.PowerOfTen(Scale);
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i];
            if (column.IsNull(row))
            {
                result[i] = nullValue ?? throw new BarTableException("VALUE_MISSING", $"Row {row}: \"{column.Name}\" is null.");
                continue;
            }

            Int128 value = column is DecimalColumn decimals
                ? (Int128)decimals.Units[row] * factor
                : FromDouble(((Float64Column)column).Values[row] * doubleFactor);
            result[i] = value >= (nullValue is null ? 1 : 0) && value <= long.MaxValue / 4
                ? (long)value
                : throw new BarTableException("PRICE_OUT_OF_RANGE", $"Row {row}: \"{column.Name}\" must be a price above 0 that fits, was {Text(column, row)}.");
        }

        return result;
    }
}
