using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>What the loaders share: finding the files, reading some of them at a time, bounds, merging, the report. All is in the order of the files' names.</summary>
internal sealed class LoaderFiles(NodeExecution execution, string pattern, int rowsMax, int threads = 1)
{
    /// <summary>Files that a report describes one by one.</summary>
    public const int FilesInReportMax = 200;

    /// <summary>Reason in the report of rows that the node was asked to leave out.</summary>
    public const string Filtered = "FILTERED";

    public static IReadOnlyList<PortDefinition> Outputs { get; } =
    [
        new PortDefinition("table", PortType.Table, new LocalizedText("Bars", "日线")),
        new PortDefinition("report", PortType.Json, new LocalizedText("Load report", "加载报告")),
    ];

    public delegate (Table Table, ParseReport? Report, string? Profile) Load(IDataFiles files, string path, int rowsMax);

    public ValueTask RunAsync(Load load, Func<IReadOnlyList<Table>, Table> merge, CancellationToken cancellationToken) => RunAsync(load, merge, null, cancellationToken);

    public async ValueTask RunAsync(Load load, Func<IReadOnlyList<Table>, Table> merge, Func<Table, Table>? keep, CancellationToken cancellationToken)
    {
        IDataFiles files = execution.Services.Require<IDataFiles>("a data directory");
        IReadOnlyList<string> paths = files.Find(pattern);
        if (paths.Count == 0)
        {
            throw new NodeException("FILE_NOT_FOUND", $"No file matches `{pattern}` in the data directory.");
        }

        var tables = new List<Table>(paths.Count);
        var perFile = new JsonArray();
        var skipped = new SortedDictionary<string, long>(StringComparer.Ordinal);
        long rowsRead = 0;
        int rowsLeft = rowsMax;
        int i = 0;
        await foreach ((Table loaded, ParseReport? report, string? profile) in FileReads.AheadAsync(paths, threads, (path, _) => load(files, path, rowsMax), cancellationToken))
        {
            Table table = loaded;
            rowsRead += report?.RowsRead ?? table.RowCount;
            if (keep is not null)
            {
                Table kept = keep(table);
                if (kept.RowCount < table.RowCount)
                {
                    skipped[Filtered] = skipped.GetValueOrDefault(Filtered) + table.RowCount - kept.RowCount;
                }

                table = kept;
            }

            rowsLeft -= table.RowCount;
            if (rowsLeft < 0)
            {
                throw new NodeException("LIMIT_EXCEEDED", $"{paths[i]}: the files have more than {rowsMax} rows; raise rowsMax.");
            }

            tables.Add(table);
            foreach ((string reason, long count) in report?.SkippedByReason ?? new Dictionary<string, long>())
            {
                skipped[reason] = skipped.GetValueOrDefault(reason) + count;
            }

            if (perFile.Count < FilesInReportMax)
            {
                perFile.Add((JsonNode)Describe(paths[i], table, report, profile));
            }

            execution.Progress(++i, paths.Count);
        }

        Table merged = Merged(merge, tables);
        execution.SetOutput(0, merged);
        execution.SetOutput(1, new JsonObject
        {
            ["file_count"] = paths.Count,
            ["rows_read"] = rowsRead,
            ["rows_loaded"] = merged.RowCount,
            ["rows_skipped"] = rowsRead - merged.RowCount,
            ["skipped_by_reason"] = new JsonObject(skipped.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))),
            ["files"] = perFile,
        });
        execution.Report(new StepMetrics(rowsRead, merged.RowCount));
    }

    private static Table Merged(Func<IReadOnlyList<Table>, Table> merge, List<Table> tables)
    {
        try
        {
            return merge(tables);
        }
        catch (ImportException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }
    }

    public static JsonObject Describe(string path, Table table, ParseReport? report, string? profile)
    {
        var file = new JsonObject { ["path"] = path, ["rows_loaded"] = table.RowCount };
        if (report is not null)
        {
            file["rows_skipped"] = report.RowsSkipped;
            file["duplicate_count"] = report.DuplicateCount;
            file["rounded_count"] = report.RoundedCount;
            file["encoding"] = report.Encoding;
            file["ohlc_breach_count"] = report.OhlcBreachCount;
            file["zero_volume_count"] = report.ZeroVolumeCount;
            file["interval"] = report.IntervalMinutes == 0 ? "1d" : report.IntervalMinutes + "m";
            file["profile"] = profile;
            file["adjustment"] = report.Adjustment;
            file["mapping"] = new JsonArray([.. report.Mapping.Select(m => (JsonNode)new JsonObject
            {
                ["field"] = m.Field, ["header"] = m.Header, ["position"] = m.Position, ["multiplier"] = m.Multiplier,
            })]);
            file["unused_columns"] = new JsonArray([.. report.UnusedColumns.Select(c => (JsonNode)c)]);
            file["issues"] = new JsonArray([.. report.Issues.Take(20).Select(i => (JsonNode)$"Line {i.Line}: {i.Reason}: {i.Message}")]);
        }

        return file;
    }
}
