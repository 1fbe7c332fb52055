using EasyQuant.Data;

namespace EasyQuant.Core.Tests.Data.Panels;

/// <summary>Random bar tables for panels: holes, missing amounts, several symbols.</summary>
internal static class PanelBars
{
    public static readonly DateOnly Start = new(2024, 1, 1);

    public static readonly string[] Symbols = ["000001.SZ", "430047.BJ", "600000.SH", "600001.SH"];

    /// <summary>Daily bars of days [from, from + count) after the start, each present with four chances in five.</summary>
    public static Table Daily(int seed, int from, int count, int symbolCount = 3)
    {
        var random = new Random(seed);
        var builder = new TableBuilder([.. BarTable.Schema, new ColumnSchema(BarTable.PreClose, ColumnType.Decimal, BarTable.Scale)]);
        foreach (string symbol in Symbols.Take(symbolCount))
        {
            for (int day = from; day < from + count; day++)
            {
                if (random.Next(5) > 0)
                {
                    Add(builder, symbol, Start.AddDays(day), random);
                }
            }
        }

        return builder.Build();
    }

    public static Table Minutes(int seed, int days)
    {
        var random = new Random(seed);
        var builder = new TableBuilder([.. BarTable.Schema, new ColumnSchema(BarTable.PreClose, ColumnType.Decimal, BarTable.Scale), new ColumnSchema(BarTable.StartTime, ColumnType.Timestamp)]);
        foreach (string symbol in Symbols)
        {
            for (int day = 0; day < days; day++)
            {
                for (int minute = 0; minute < 5; minute++)
                {
                    if (random.Next(4) > 0)
                    {
                        Add(builder, symbol, Start.AddDays(day), random);
                        builder[BarTable.StartTime].Append(Start.AddDays(day).ToDateTime(new TimeOnly(1, 30 + minute), DateTimeKind.Utc));
                    }
                }
            }
        }

        return builder.Build();
    }

    private static void Add(TableBuilder builder, string symbol, DateOnly day, Random random)
    {
        builder[0].Append(symbol);
        builder[1].Append(day);
        for (int c = 2; c < 6; c++)
        {
            builder[c].AppendRaw(random.Next(1, 1_000_000));
        }

        builder[6].Append(random.NextInt64(0, 1L << 40));
        if (random.Next(6) == 0)
        {
            builder[7].AppendNull();
        }
        else
        {
            builder[7].AppendRaw(random.NextInt64(0, 1L << 50));
        }

        builder[8].AppendRaw(random.Next(0, 1_000_000));
    }
}
