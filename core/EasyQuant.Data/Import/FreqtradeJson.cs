using System.Text.Json;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>Reads freqtrade's JSON: <c>[[ms, open, high, low, close, volume], ...]</c>, times UTC and starts of bars. Numbers are taken as their digits, never as floats.</summary>
internal static class FreqtradeJson
{
    public static Table Read(ReadOnlySpan<byte> json, Symbol symbol, PanelInterval interval, BarScales scales, int rowsMax, int? rowsStop)
    {
        var symbols = new SymbolSet();
        int id = symbols.Add(symbol);
        var rows = new BarRows(symbols, scales, hasTime: !interval.IsDay);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 3 });
        try
        {
            Expect(ref reader, JsonTokenType.StartArray, 0);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray && !(rows.Count >= rowsStop))
            {
                if (rows.Count >= rowsMax)
                {
                    throw new ImportException("IMPORT_LIMIT", $"The file has more than {rowsMax} rows.");
                }

                ReadRow(ref reader, rows, id, interval, scales);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Wrong(rows.Count, e.Message);
        }

        return rows.ToTable(out _);
    }

    private static void ReadRow(ref Utf8JsonReader reader, BarRows rows, int id, PanelInterval interval, BarScales scales)
    {
        int at = rows.Count;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Wrong(at, "expected a list");
        }

        Expect(ref reader, JsonTokenType.Number, at);
        if (CsvTime.Read(reader.ValueSpan, out int day, out long micros) != CsvTime.Kind.Instant)
        {
            throw Wrong(at, $"{CsvBars.Text(reader.ValueSpan)} is no time in milliseconds");
        }

        int row = rows.Add(id, day);
        if (!interval.IsDay)
        {
            rows.SetTime(row, (day * CsvTime.MicrosPerDay) + micros);
        }

        for (int column = BarRows.OpenColumn; column <= BarRows.VolumeColumn; column++)
        {
            Expect(ref reader, JsonTokenType.Number, at);
            if (CsvNumber.Read(reader.ValueSpan, column == BarRows.VolumeColumn ? scales.Quantity : scales.Price, out long units) > CsvNumber.Outcome.Rounded)
            {
                throw Wrong(at, $"{CsvBars.Text(reader.ValueSpan)} does not fit");
            }

            rows.Set(column, row, units);
        }

        rows.SetMissing(BarRows.AmountColumn, row);
        Expect(ref reader, JsonTokenType.EndArray, at);
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, int row)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw Wrong(row, $"expected {type}, got {reader.TokenType}");
        }
    }

    private static ImportException Wrong(int row, string what) =>
        new("IMPORT_FORMAT", $"Row {row + 1} is not [milliseconds, open, high, low, close, volume]: {what}.");
}
