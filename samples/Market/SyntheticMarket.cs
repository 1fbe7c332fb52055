using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Samples.Market;

/// <summary>
/// A synthetic A-share market: several boards, price limits, suspensions, trends, and a few planted faults. Half of the symbols come as TDX
/// <c>.day</c> files, half as Tushare CSV files. Same arguments, same bytes, on every machine. Nothing in it is a real quotation.
/// </summary>
public sealed class SyntheticMarket
{
    /// <summary>Largest number of symbols.</summary>
    public const int SymbolsMax = 500;

    private static readonly string[] s_prefixes = ["600", "000", "300", "601", "002", "688"];

    private SyntheticMarket(IReadOnlyList<DateOnly> days, Table bars, IReadOnlyList<SampleFile> files, IReadOnlyList<SampleFault> faults)
    {
        Days = days;
        Bars = bars;
        Files = files;
        Faults = faults;
    }

    /// <summary>Trading days, ascending.</summary>
    public IReadOnlyList<DateOnly> Days { get; }

    /// <summary>All bars without the planted faults, as a bar table with <c>pre_close</c>. Days that a planted gap removes are missing here too.</summary>
    public Table Bars { get; }

    /// <summary>The files, ordered by path; the last is <c>manifest.json</c>.</summary>
    public IReadOnlyList<SampleFile> Files { get; }

    /// <summary>The planted faults.</summary>
    public IReadOnlyList<SampleFault> Faults { get; }

    /// <summary>Generates a market.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="symbolCount">6 to <see cref="SymbolsMax"/>.</param>
    /// <param name="dayCount">Trading days, 60 to 2,500, from 2022-01-04 on.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is out of range.</exception>
    public static SyntheticMarket Generate(long seed, int symbolCount, int dayCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(symbolCount, 6);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(symbolCount, SymbolsMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(dayCount, 60);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dayCount, SampleCalendar.DaysMax);
        DateOnly[] days = SampleCalendar.Days(dayCount);
        var marketRandom = new SampleRandom((ulong)seed);
        int[] market = [.. days.Select(_ => marketRandom.Bell(90))];
        var faults = new List<SampleFault>();
        var files = new List<SampleFile>();
        var tables = new List<Table>();
        for (int i = 0; i < symbolCount; i++)
        {
            Symbol symbol = SymbolOf(i);
            var random = new SampleRandom((ulong)seed ^ ((ulong)(i + 1) * 0xD134_2543_DE82_EF95));
            SymbolHistory history = SymbolHistory.Generate(symbol, days, market, random);
            PlantGap(i, history, faults);
            Table bars = ToTable(history);
            tables.Add(bars);
            files.Add(i % 2 == 0 ? TdxFile(i, symbol, bars, faults) : TushareFile(i, symbol, bars, faults));
        }

        files.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        files.Add(Manifest(seed, symbolCount, days, files, faults));
        return new SyntheticMarket(days, BarTable.Merge(tables), files, faults);
    }

    private static Symbol SymbolOf(int index)
    {
        string prefix = s_prefixes[index % s_prefixes.Length];
        int number = 101 + (index / s_prefixes.Length * 10);
        return Symbol.Parse($"{prefix}{number:000}.{(prefix[0] == '6' ? "SH" : "SZ")}");
    }

    private static void PlantGap(int index, SymbolHistory history, List<SampleFault> faults)
    {
        if (index == 3)
        {
            int at = history.Bars.Count / 2;
            faults.Add(new SampleFault("gap", history.Symbol.ToString(), history.Bars[at].Date));
            history.Bars.RemoveRange(at, 4);
        }
    }

    private static Table ToTable(SymbolHistory history)
    {
        var builder = new TableBuilder([.. BarTable.Schema, new ColumnSchema(BarTable.PreClose, ColumnType.Decimal, BarTable.Scale)]);
        foreach (SymbolHistory.Bar bar in history.Bars)
        {
            builder[0].Append(history.Symbol.ToString());
            builder[1].Append(bar.Date);
            builder[2].AppendRaw(bar.Open * 100L);
            builder[3].AppendRaw(bar.High * 100L);
            builder[4].AppendRaw(bar.Low * 100L);
            builder[5].AppendRaw(bar.Close * 100L);
            builder[6].Append(bar.Volume);
            builder[7].Append(bar.Amount);
            builder[8].AppendRaw(bar.PreClose * 100L);
        }

        return builder.Build();
    }

    private static SampleFile TdxFile(int index, Symbol symbol, Table bars, List<SampleFault> faults)
    {
        byte[] content = TdxDayFile.Write(bars, symbol);
        int row = bars.RowCount / 3;
        if (index == 2)
        {
            // The amount stays, the volume becomes 0.
            content.AsSpan((row * TdxDayFile.RecordLength) + 24, 4).Clear();
            faults.Add(new SampleFault("zero_volume", symbol.ToString(), DateOf(bars, row)));
        }

        if (index == 0)
        {
            // The close becomes 0.
            content.AsSpan((row * TdxDayFile.RecordLength) + 16, 4).Clear();
            faults.Add(new SampleFault("non_positive_price", symbol.ToString(), DateOf(bars, row)));
        }

        string market = symbol.Exchange.ToLowerInvariant();
        return new SampleFile($"vipdoc/{market}/lday/{market}{symbol.Code}.day", content, bars.RowCount);
    }

    private static SampleFile TushareFile(int index, Symbol symbol, Table bars, List<SampleFault> faults)
    {
        var writer = new StringWriter { NewLine = "\n" };
        CsvBars.WriteTushare(bars, writer);
        List<string> lines = [.. writer.ToString().Split('\n')];
        int rowCount = bars.RowCount;
        int line = bars.RowCount / 2;
        DateOnly date = DateOf(bars, bars.RowCount - line);
        if (index == 1)
        {
            lines.Insert(line, lines[line]);
            rowCount++;
            faults.Add(new SampleFault("duplicate", symbol.ToString(), date));
        }

        if (index == 5)
        {
            lines[line] = Breached(lines[line]);
            faults.Add(new SampleFault("ohlc_breach", symbol.ToString(), date));
        }

        return new SampleFile($"tushare/{symbol}.csv", Encoding.UTF8.GetBytes(string.Join('\n', lines)), rowCount);
    }

    /// <summary>Swaps high and low and lowers the high by one, so that no bar of one price stays valid.</summary>
    private static string Breached(string line)
    {
        string[] fields = line.Split(',');
        decimal high = decimal.Parse(fields[3], System.Globalization.CultureInfo.InvariantCulture);
        decimal low = decimal.Parse(fields[4], System.Globalization.CultureInfo.InvariantCulture);
        fields[3] = (low - 0.01m).ToString("0.0###", System.Globalization.CultureInfo.InvariantCulture);
        fields[4] = high.ToString("0.0###", System.Globalization.CultureInfo.InvariantCulture);
        return string.Join(',', fields);
    }

    private static DateOnly DateOf(Table bars, int row) => bars.GetColumn<DateColumn>(BarTable.TradingDate).GetDate(row);

    private static SampleFile Manifest(long seed, int symbolCount, DateOnly[] days, List<SampleFile> files, List<SampleFault> faults)
    {
        var manifest = new JsonObject
        {
            ["seed"] = seed,
            ["symbol_count"] = symbolCount,
            ["day_count"] = days.Length,
            ["first_date"] = days[0].ToString("O"),
            ["last_date"] = days[^1].ToString("O"),
            ["files"] = new JsonArray([.. files.Select(f => (JsonNode)new JsonObject
            {
                ["path"] = f.Path,
                ["byte_count"] = f.Content.Length,
                ["row_count"] = f.RowCount,
                ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(f.Content)),
            })]),
            ["faults"] = new JsonArray([.. faults.Select(f => (JsonNode)new JsonObject
            {
                ["kind"] = f.Kind,
                ["symbol"] = f.Symbol,
                ["trading_date"] = f.TradingDate.ToString("O"),
            })]),
        };
        string json = manifest.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" }) + "\n";
        return new SampleFile("manifest.json", Encoding.UTF8.GetBytes(json), 0);
    }
}
