using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Storage;
using EasyQuant.BacktestService.Work;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Contracts.Common.V1;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf;
using Grpc.Core;
using ColumnType = EasyQuant.Data.ColumnType;
using Table = EasyQuant.Data.Table;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>The results of sweeps as columnar tables, page by page and as files. Thread-safe.</summary>
internal sealed class SweepTables(SweepStore sweeps, ResultStore results)
{
    private const int PartBytesMax = 1 << 20;
    private const int PageRows = 4_096;

    /// <summary>Reads a page.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="from">First row, or number of the first trial.</param>
    /// <param name="countMax">Most rows.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The rows, and where the next page starts; 0 on the last.</returns>
    public async Task<(Table Rows, int Next)> ReadAsync(BacktestRecord sweep, int from, int countMax, CancellationToken cancellationToken)
    {
        SweepSpec spec = SweepSpec.Parser.ParseJson(sweep.Spec);
        if (spec.PerSymbol)
        {
            (Table Rows, long Total)? page = await results.ReadAsync(sweep.ProjectId, sweep.BacktestId, KernelSweep.Lanes, from, countMax, cancellationToken);
            (Table lanes, long total) = page ?? throw NotReady(sweep);
            int next = from + lanes.RowCount;
            return (lanes, next < total ? next : 0);
        }

        List<EndedTrial> trials = await sweeps.ListAsync(sweep.ProjectId, sweep.BacktestId, TrialFilter.None, from - 1, countMax + 1, cancellationToken);
        return (TableOf(spec, trials.Count > countMax ? trials[..countMax] : trials), trials.Count > countMax ? trials[countMax].Trial : 0);
    }

    /// <summary>Writes the whole table as a file.</summary>
    /// <exception cref="RpcError">RESULT_NOT_READY, EXPORT_FORMAT_INVALID, LIMIT_EXCEEDED.</exception>
    public async Task ExportAsync(
        BacktestRecord sweep, ExportFormat format, IServerStreamWriter<ExportSweepResponse> stream, CancellationToken cancellationToken)
    {
        if (format is not (ExportFormat.Csv or ExportFormat.Json or ExportFormat.Arrow or ExportFormat.Parquet))
        {
            throw RpcError.Invalid("EXPORT_FORMAT_INVALID", "format", "format must be EXPORT_FORMAT_CSV, _JSON, _ARROW or _PARQUET.");
        }

        if (sweep.State != "succeeded")
        {
            throw NotReady(sweep);
        }

        List<Table> pages = [];
        int from = 0;
        do
        {
            (Table rows, int next) = await ReadAsync(sweep, from, PageRows, cancellationToken);
            bool isFirst = from == 0;
            from = next;
            if (format == ExportFormat.Csv)
            {
                using var writer = new StringWriter();
                TableCsv.Write(rows, writer);
                string text = writer.ToString();
                await SendAsync(Encoding.UTF8.GetBytes(isFirst ? text : text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..]), "text/csv; charset=utf-8", stream, cancellationToken);
            }
            else if (format == ExportFormat.Json)
            {
                string array = Encoding.UTF8.GetString(TableJson.ToUtf8(rows));
                string text = (isFirst ? "[" : rows.RowCount > 0 ? "," : "") + array[1..^1] + (next == 0 ? "]" : "");
                await SendAsync(Encoding.UTF8.GetBytes(text), "application/json; charset=utf-8", stream, cancellationToken);
            }
            else
            {
                pages.Add(rows);
            }
        }
        while (from > 0);

        if (pages.Count > 0)
        {
            (byte[] file, string type) = TableFiles.Write(pages.Count == 1 ? pages[0] : Table.Concat(pages), format, cancellationToken);
            await SendAsync(file, type, stream, cancellationToken);
        }
    }

    private static Table TableOf(SweepSpec spec, List<EndedTrial> trials)
    {
        JsonObject?[] metrics = [.. trials.Select(one => one.Metrics is null ? null : (JsonObject)JsonNode.Parse(one.Metrics)!)];
        JsonObject[] parameters = [.. trials.Select(one => (JsonObject)JsonNode.Parse(one.Parameters)!)];
        List<Data.Column> columns =
        [
            Int64Column.Create("trial", trials.Select(one => (long)one.Trial).ToArray()),
            Int64Column.Create("window", trials.Select(one => (long)one.Stage.Window).ToArray()),
            Int64Column.Create("round", trials.Select(one => (long)one.Stage.Round).ToArray()),
            StringColumn.Create("sample", [.. trials.Select(one => one.Stage.Sample)]),
            Dates("start_date", trials.Select(one => one.Stage.StartDate)),
            Dates("end_date", trials.Select(one => one.Stage.EndDate)),
        ];
        foreach (string axis in spec.Axes.Select(axis => axis.Parameter))
        {
            JsonNode?[] values = [.. parameters.Select(one => one[axis])];
            // A name that a fixed column has would stand twice in the table.
            string name = columns.Any(column => column.Name == axis) || s_figures.Contains(axis, StringComparer.Ordinal) ? "parameter_" + axis : axis;
            columns.Add(spec.Axes.First(one => one.Parameter == axis).Values.All(value => value.KindCase == Google.Protobuf.WellKnownTypes.Value.KindOneofCase.NumberValue)
                ? Numbers(name, values)
                : Texts(name, values.Select(value => value is JsonValue text && text.TryGetValue(out string? plain) ? plain : value?.ToJsonString())));
        }

        foreach (string figure in s_figures)
        {
            JsonNode?[] values = [.. metrics.Select(one => one?[figure])];
            columns.Add(s_amounts.Contains(figure, StringComparer.Ordinal) ? Amounts(figure, values) : Numbers(figure, values));
        }

        columns.Add(Texts("error_reason", trials.Select(one => one.ErrorReason)));
        return new Table(columns);
    }

    // Of MetricsJson, without the dates of the largest drawdown.
    private static readonly string[] s_figures =
    [
        "final_equity", "total_return", "cagr", "volatility", "sharpe", "sortino", "max_drawdown", "calmar", "trade_count", "open_trade_count", "win_rate",
        "profit_factor", "average_trade_return", "exposure", "turnover", "fees", "order_count", "fill_count", "day_count",
    ];

    private static readonly string[] s_amounts = ["final_equity", "fees"];

    private static Float64Column Numbers(string name, IEnumerable<JsonNode?> values) => Float64Column.Create(name, values
        .Select(value => value is JsonValue number && number.GetValueKind() == JsonValueKind.Number ? double.Parse(number.ToJsonString(), CultureInfo.InvariantCulture) : double.NaN)
        .ToArray());

    private static Data.Column Amounts(string name, IEnumerable<JsonNode?> values) =>
        Built(new ColumnSchema(name, ColumnType.Decimal, Money.Scale), values, (builder, value) =>
        {
            if (value is JsonValue text && text.TryGetValue(out string? amount) && Money.TryParse(amount, out Money money))
            {
                builder.AppendRaw(money.Units);
            }
            else
            {
                builder.AppendNull();
            }
        });

    private static Data.Column Texts(string name, IEnumerable<string?> values) =>
        Built(new ColumnSchema(name, ColumnType.String), values, (builder, value) => Append(builder, value, text => builder.Append(text)));

    private static Data.Column Dates(string name, IEnumerable<DateOnly?> values) => Built(new ColumnSchema(name, ColumnType.Date), values, (builder, value) =>
    {
        if (value is { } date)
        {
            builder.Append(date);
        }
        else
        {
            builder.AppendNull();
        }
    });

    private static void Append(ColumnBuilder builder, string? value, Action<string> append)
    {
        if (value is null)
        {
            builder.AppendNull();
        }
        else
        {
            append(value);
        }
    }

    private static Data.Column Built<T>(ColumnSchema schema, IEnumerable<T> values, Action<ColumnBuilder, T> append)
    {
        var builder = new TableBuilder([schema]);
        foreach (T value in values)
        {
            append(builder[0], value);
        }

        return builder.Build().Columns[0];
    }

    private static async Task SendAsync(byte[] bytes, string type, IServerStreamWriter<ExportSweepResponse> stream, CancellationToken cancellationToken)
    {
        for (int start = 0; start == 0 || start < bytes.Length; start += PartBytesMax)
        {
            var file = new FileBody { ContentType = type, Data = ByteString.CopyFrom(bytes, start, Math.Min(PartBytesMax, bytes.Length - start)) };
            await stream.WriteAsync(new ExportSweepResponse { File = file }, cancellationToken);
        }
    }

    private static RpcError NotReady(BacktestRecord sweep) => new(
        StatusCode.FailedPrecondition, "RESULT_NOT_READY", $"The sweep {sweep.BacktestId} is {sweep.State}; its table is complete once it has succeeded.");
}
