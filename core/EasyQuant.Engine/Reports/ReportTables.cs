using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>A report as tables, to be written as CSV or sent in pages. Stateless and thread-safe.</summary>
public static class ReportTables
{
    private const string TrialSection = "trials";

    /// <summary>Returns all figures: section (portfolio, trades, benchmark, trials), name, title_en, title_zh, unit, value (decimal text; null when unknown).</summary>
    /// <param name="report">The report.</param>
    /// <param name="trials">The Sharpe ratio against the number of trials; null leaves the section out.</param>
    public static Table Figures(PerformanceReport report, TrialAssessment? trials)
    {
        TableBuilder builder = FigureBuilder();
        Add(builder, "portfolio", report.PortfolioFigures.SelectMany(group => group.Figures));
        Add(builder, "trades", report.TradeFigures.SelectMany(group => group.Figures));
        Add(builder, "benchmark", report.BenchmarkFigures.SelectMany(group => group.Figures));
        Add(builder, TrialSection, trials?.Figures ?? []);
        return builder.Build();
    }

    /// <summary>Returns the rows of the section trials alone, with the columns of <see cref="Figures"/>.</summary>
    /// <param name="trials">The Sharpe ratio against the number of trials.</param>
    public static Table TrialFigures(TrialAssessment trials)
    {
        TableBuilder builder = FigureBuilder();
        Add(builder, TrialSection, trials.Figures);
        return builder.Build();
    }

    /// <summary>Returns one row a trading day: trading_date, return, benchmark_return, exposure, traded_value, fees, and of the window that ends on it rolling_return, rolling_volatility, rolling_sharpe, rolling_beta; null where unknown.</summary>
    public static Table Days(PerformanceReport report)
    {
        TableBuilder builder = new([
            new ColumnSchema("trading_date", ColumnType.Date),
            new ColumnSchema("return", ColumnType.Float64),
            new ColumnSchema("benchmark_return", ColumnType.Float64),
            new ColumnSchema("exposure", ColumnType.Float64),
            new ColumnSchema("traded_value", ColumnType.Decimal, Money.Scale),
            new ColumnSchema("fees", ColumnType.Decimal, Money.Scale),
            new ColumnSchema("rolling_return", ColumnType.Float64),
            new ColumnSchema("rolling_volatility", ColumnType.Float64),
            new ColumnSchema("rolling_sharpe", ColumnType.Float64),
            new ColumnSchema("rolling_beta", ColumnType.Float64),
        ]);
        int warmUp = report.Days.Length - report.Rolling.Length;
        for (int day = 0; day < report.Days.Length; day++)
        {
            RollingPoint? rolling = day >= warmUp ? report.Rolling[day - warmUp] : null;
            builder[0].Append(report.Days[day].TradingDate);
            builder[1].Append(report.Returns[day]);
            Append(builder, 2, report.BenchmarkReturns.IsEmpty ? null : report.BenchmarkReturns[day]);
            Append(builder, 3, report.Days[day].Exposure);
            builder[4].AppendRaw(report.Days[day].TradedValue.Units);
            builder[5].AppendRaw(report.Days[day].Fees.Units);
            Append(builder, 6, rolling?.Return);
            Append(builder, 7, rolling?.Volatility);
            Append(builder, 8, rolling?.Sharpe);
            Append(builder, 9, rolling?.Beta);
        }

        return builder.Build();
    }

    /// <summary>Returns the drawdowns, deepest first: peak_date, trough_date, recovery_date (null where there is none), depth, days_to_trough, day_count.</summary>
    public static Table Drawdowns(PerformanceReport report)
    {
        TableBuilder builder = new([
            new ColumnSchema("peak_date", ColumnType.Date),
            new ColumnSchema("trough_date", ColumnType.Date),
            new ColumnSchema("recovery_date", ColumnType.Date),
            new ColumnSchema("depth", ColumnType.Float64),
            new ColumnSchema("days_to_trough", ColumnType.Int64),
            new ColumnSchema("day_count", ColumnType.Int64),
        ]);
        foreach (DrawdownPeriod period in report.Drawdowns)
        {
            Append(builder, 0, period.PeakDate);
            builder[1].Append(period.TroughDate);
            Append(builder, 2, period.RecoveryDate);
            builder[3].Append(period.Depth);
            builder[4].Append((long)period.DaysToTrough);
            builder[5].Append((long)period.DayCount);
        }

        return builder.Build();
    }

    /// <summary>Returns months, then years: year, month (null for a whole year), return, benchmark_return.</summary>
    public static Table Periods(PerformanceReport report)
    {
        TableBuilder builder = new([
            new ColumnSchema("year", ColumnType.Int64),
            new ColumnSchema("month", ColumnType.Int64),
            new ColumnSchema("return", ColumnType.Float64),
            new ColumnSchema("benchmark_return", ColumnType.Float64),
        ]);
        foreach (PeriodReturn period in report.Months.Concat(report.Years))
        {
            builder[0].Append((long)period.Year);
            if (period.Month > 0)
            {
                builder[1].Append((long)period.Month);
            }
            else
            {
                builder[1].AppendNull();
            }

            builder[2].Append(period.Return);
            Append(builder, 3, period.BenchmarkReturn);
        }

        return builder.Build();
    }

    private static TableBuilder FigureBuilder() => new([
        new ColumnSchema("section", ColumnType.String),
        new ColumnSchema("name", ColumnType.String),
        new ColumnSchema("title_en", ColumnType.String),
        new ColumnSchema("title_zh", ColumnType.String),
        new ColumnSchema("unit", ColumnType.String),
        new ColumnSchema("value", ColumnType.String),
    ]);

    private static void Add(TableBuilder builder, string section, IEnumerable<Figure> figures)
    {
        foreach (Figure figure in figures)
        {
            builder[0].Append(section);
            builder[1].Append(figure.Name);
            builder[2].Append(figure.TitleEn);
            builder[3].Append(figure.TitleZh);
            builder[4].Append(figure.Unit.ToString().ToLowerInvariant());
            if (figure.ToJson() is { } value)
            {
                builder[5].Append(value.ToString());
            }
            else
            {
                builder[5].AppendNull();
            }
        }
    }

    private static void Append(TableBuilder builder, int column, double? value)
    {
        if (value is { } number)
        {
            builder[column].Append(number);
        }
        else
        {
            builder[column].AppendNull();
        }
    }

    private static void Append(TableBuilder builder, int column, DateOnly? value)
    {
        if (value is { } date)
        {
            builder[column].Append(date);
        }
        else
        {
            builder[column].AppendNull();
        }
    }
}
