using EasyQuant.Data;

namespace EasyQuant.Core.Tests.Data;

/// <summary>Tables of every column type with missing values, from a seed.</summary>
internal static class RandomTables
{
    public static Table Make(int seed, int rowCountMax = 200)
    {
        var random = new Random(seed);
        int rowCount = random.Next(0, rowCountMax + 1);
        int columnCount = random.Next(1, 9);
        var schema = new ColumnSchema[columnCount];
        for (int c = 0; c < columnCount; c++)
        {
            var type = (ColumnType)random.Next(1, 8);
            schema[c] = new ColumnSchema($"c{c}", type, type == ColumnType.Decimal ? random.Next(0, 7) : 0);
        }

        var builder = new TableBuilder(schema);
        for (int c = 0; c < columnCount; c++)
        {
            int nullsOfTen = random.Next(0, 3);
            for (int row = 0; row < rowCount; row++)
            {
                AppendRandom(builder[c], random, isNull: random.Next(10) < nullsOfTen);
            }
        }

        return builder.Build();
    }

    public static Table Days(params string[] days)
    {
        var builder = new TableBuilder([new ColumnSchema("day", ColumnType.Date)]);
        foreach (string day in days)
        {
            builder[0].Append(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture));
        }

        return builder.Build();
    }

    private static void AppendRandom(ColumnBuilder builder, Random random, bool isNull)
    {
        if (isNull)
        {
            builder.AppendNull();
            return;
        }

        switch (builder.Schema.Type)
        {
            case ColumnType.Float64: builder.Append(random.NextDouble() * Math.Pow(10, random.Next(-20, 20))); break;
            case ColumnType.Bool: builder.Append(random.Next(2) == 0); break;
            case ColumnType.Date: builder.AppendRaw(random.Next(EpochDays.Min, EpochDays.Max + 1)); break;
            case ColumnType.Timestamp: builder.AppendRaw(random.NextInt64(-62_135_596_800_000_000, 253_402_300_799_999_999)); break;
            case ColumnType.String: builder.Append(string.Concat(Enumerable.Repeat("aß中😀\"=,\n", random.Next(3))) + random.Next()); break;
            default: builder.AppendRaw(random.NextInt64(long.MinValue, long.MaxValue)); break;
        }
    }
}
