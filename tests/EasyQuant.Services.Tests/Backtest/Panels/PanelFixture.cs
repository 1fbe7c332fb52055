using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Nodes.Hosting;

namespace EasyQuant.Services.Tests.Backtest.Panels;

/// <summary>Writes small panels into the data root of a service, as PanelSave does.</summary>
internal static class PanelFixture
{
    public const int DayCount = 90;
    private const int BarsADay = 8;

    /// <summary>Three symbols over 90 days; 600001.SH pays a dividend of 1.00 on the 60th, 600002.SH lacks the 10th and the 11th.</summary>
    public static PanelManifest WriteDaily(BacktestHost host, string dataset = "cn", int seed = 3) => StoreOf(host).Write(
        Bars(seed, isDaily: true),
        new PanelOptions
        {
            Dataset = dataset,
            Facts =
            [
                InstrumentFacts.Of(Symbol.Parse("600001.SH")) with
                {
                    Factors = [new AdjustmentFactor(Day(60), AdjustmentFactor.One * 11 / 10)],
                    Actions = [new CashDividend(Symbol.Parse("600001.SH"), Day(60), Day(59), Day(61), new Price(10_000))],
                },
            ],
        },
        CancellationToken.None);

    /// <summary>The same symbols with eight bars of 30 minutes a day.</summary>
    public static PanelManifest WriteMinutes(BacktestHost host, string dataset = "cn") => StoreOf(host).Write(
        Bars(4, isDaily: false), new PanelOptions { Dataset = dataset, Interval = PanelInterval.OfMinutes(30) }, CancellationToken.None);

    public static OpenPanel Open(BacktestHost host, PanelManifest manifest) => StoreOf(host).Open(manifest.Dataset, manifest.Interval, manifest.Version);

    public static string FolderOf(BacktestHost host, PanelManifest manifest) => StoreOf(host).KeyOf(manifest.Dataset, manifest.Interval, manifest.Version);

    public static DateOnly Day(int index) => new DateOnly(2024, 1, 1).AddDays(index);

    private static PanelStore StoreOf(BacktestHost host) => new(Path.Combine(host.DataRoot, "files", "default", "panel"));

    private static Table Bars(int seed, bool isDaily)
    {
        List<ColumnSchema> schema = [new(BarTable.Symbol, ColumnType.String), new(BarTable.TradingDate, ColumnType.Date)];
        if (!isDaily)
        {
            schema.Add(new ColumnSchema(BarTable.StartTime, ColumnType.Timestamp));
        }

        schema.AddRange(new[] { BarTable.Open, BarTable.High, BarTable.Low, BarTable.Close }.Select(name => new ColumnSchema(name, ColumnType.Decimal, 4)));
        schema.Add(new ColumnSchema(BarTable.Volume, ColumnType.Int64));
        schema.Add(new ColumnSchema(BarTable.Amount, ColumnType.Decimal, 4));
        var builder = new TableBuilder(schema);
        var random = new Random(seed);
        for (int symbol = 0; symbol < 3; symbol++)
        {
            long price = 100_000 + (symbol * 10_000);
            for (int day = 0; day < DayCount; day++)
            {
                for (int bar = 0; bar < (isDaily ? 1 : BarsADay); bar++)
                {
                    long open = price + random.Next(-15, 16) * 100;
                    price = Math.Max(50_000, open + (random.Next(-15, 16) * 100));
                    if (symbol == 2 && day is 10 or 11)
                    {
                        continue;
                    }

                    int at = 0;
                    builder[at++].Append($"60000{symbol}.SH");
                    builder[at++].Append(Day(day));
                    if (!isDaily)
                    {
                        // 09:30 in Shanghai is 01:30 UTC.
                        builder[at++].AppendRaw((new DateTime(Day(day), new TimeOnly(1, 30)).AddMinutes(30 * bar) - DateTime.UnixEpoch).Ticks / 10);
                    }

                    builder[at++].AppendRaw(open);
                    builder[at++].AppendRaw(Math.Max(open, price));
                    builder[at++].AppendRaw(Math.Min(open, price));
                    builder[at++].AppendRaw(price);
                    builder[at++].AppendRaw(1_000_000);
                    builder[at].AppendRaw(price * 1_000_000);
                }
            }
        }

        return builder.Build();
    }
}
