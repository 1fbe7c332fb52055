namespace EasyQuant.Data;

/// <summary>Joins what several files gave.</summary>
public static class ImportMerge
{
    /// <summary>One table, sorted by symbol and time; columns that not every table has are left out.</summary>
    /// <exception cref="ImportException"><c>IMPORT_FORMAT</c>: days and bars within the day, or scales that differ, do not mix.</exception>
    public static Table Tables(IReadOnlyList<Table> tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        if (tables.Count == 0)
        {
            return BarTable.Empty;
        }

        if (tables.Count == 1)
        {
            return tables[0];
        }

        // Days and bars within the day do not mix, nor do scales; optional columns are kept when every table has them.
        string[] names = [.. tables[0].Schema.Select(s => s.Name).Where(n => tables.All(t => t.TryGetColumn(n, out _)))];
        bool hasStarts = names.Contains(BarTable.StartTime, StringComparer.Ordinal);
        try
        {
            if (tables.Any(t => t.TryGetColumn(BarTable.StartTime, out _)) != hasStarts)
            {
                throw new ImportException("IMPORT_FORMAT", "Some files hold bars of a day and some bars within the day; import them apart.");
            }

            Table all = Table.Concat([.. tables.Select(t => t.Select(names))]);
            return TableSort.Sort(all, (BarTable.Symbol, false), (hasStarts ? BarTable.StartTime : BarTable.TradingDate, false));
        }
        catch (ArgumentException e)
        {
            throw new ImportException("IMPORT_FORMAT", "The files do not fit together: " + e.Message);
        }
    }

    /// <summary>The sum of reports; mapping, encoding and delimiter are the first's.</summary>
    internal static ParseReport Reports(IReadOnlyList<ParseReport> reports)
    {
        var skipped = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach ((string reason, long count) in reports.SelectMany(r => r.SkippedByReason))
        {
            skipped[reason] = skipped.GetValueOrDefault(reason) + count;
        }

        return reports[0] with
        {
            RowsRead = reports.Sum(r => r.RowsRead),
            RowsLoaded = reports.Sum(r => r.RowsLoaded),
            SkippedByReason = skipped,
            Issues = [.. reports.SelectMany(r => r.Issues).Take(ParseReport.IssuesMax)],
            DuplicateCount = reports.Sum(r => r.DuplicateCount),
            RoundedCount = reports.Sum(r => r.RoundedCount),
            OhlcBreachCount = reports.Sum(r => r.OhlcBreachCount),
            ZeroVolumeCount = reports.Sum(r => r.ZeroVolumeCount),
        };
    }

    /// <summary>The report of a binary file.</summary>
    internal static ParseReport ReportOf(Table bars, long skipped, int minutes)
    {
        (long breaches, long zeroVolumes) = BarChecks.Count(bars);
        return new ParseReport
        {
            RowsRead = bars.RowCount + skipped,
            RowsLoaded = bars.RowCount,
            SkippedByReason = skipped == 0
                ? new Dictionary<string, long>()
                : new Dictionary<string, long> { [CsvReasons.NoPrices] = skipped },
            Issues = [],
            DuplicateCount = BarChecks.Duplicates(bars),
            RoundedCount = 0,
            Encoding = "binary",
            Delimiter = '\0',
            HeaderLine = 0,
            OhlcBreachCount = breaches,
            ZeroVolumeCount = zeroVolumes,
            IntervalMinutes = minutes,
        };
    }
}
