namespace EasyQuant.Data;

/// <summary>What reading a file gave: "n rows, n skipped, why".</summary>
public sealed record ParseReport
{
    /// <summary>Largest number of <see cref="Issues"/>; later ones are only counted.</summary>
    public const int IssuesMax = 100;

    /// <summary>Data lines seen, without blank lines and the header.</summary>
    public required long RowsRead { get; init; }

    /// <summary>Rows in the table.</summary>
    public required long RowsLoaded { get; init; }

    /// <summary>Rows left out; the sum of <see cref="SkippedByReason"/>.</summary>
    public long RowsSkipped => RowsRead - RowsLoaded;

    /// <summary>Rows left out by reason (<see cref="CsvReasons"/>), ordered by reason.</summary>
    public required IReadOnlyDictionary<string, long> SkippedByReason { get; init; }

    /// <summary>The first skipped rows and other things worth a look, in file order.</summary>
    public required IReadOnlyList<ParseIssue> Issues { get; init; }

    /// <summary>Rows that repeat the symbol and day of another row; they are in the table.</summary>
    public required long DuplicateCount { get; init; }

    /// <summary>Numbers with more digits than the column keeps; they were rounded half away from zero.</summary>
    public required long RoundedCount { get; init; }

    /// <summary>Encoding that was used, for example <c>utf-8</c>.</summary>
    public required string Encoding { get; init; }

    /// <summary>Delimiter that was used; NUL for files without one.</summary>
    public required char Delimiter { get; init; }

    /// <summary>Number of the header line, from 1.</summary>
    public required long HeaderLine { get; init; }

    /// <summary>Which column became which; empty for binary files.</summary>
    public IReadOnlyList<ColumnMapping> Mapping { get; init; } = [];

    /// <summary>Columns of the file that were not used, at most 100 names.</summary>
    public IReadOnlyList<string> UnusedColumns { get; init; } = [];

    /// <summary>Bars whose low or high does not enclose open and close; they are in the table.</summary>
    public long OhlcBreachCount { get; init; }

    /// <summary>Bars with a volume of 0; they are in the table.</summary>
    public long ZeroVolumeCount { get; init; }

    /// <summary><c>forward</c>, <c>backward</c> or <c>none</c> when the file says how its prices are adjusted; else null.</summary>
    public string? Adjustment { get; init; }

    /// <summary>Minutes of a bar, 0 for days.</summary>
    public int IntervalMinutes { get; init; }

    /// <summary>Whether a row had a time of day other than midnight.</summary>
    internal bool HasTimes { get; init; }
}
