using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Contracts.Common.V1;
using EasyQuant.Data;
using EasyQuant.Engine;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf;
using Grpc.Core;
using Table = EasyQuant.Data.Table;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Writes results as files, part by part. Thread-safe.</summary>
internal sealed class BacktestExport(ResultStore results, BacktestLookup lookup)
{
    private const int PartBytesMax = 1 << 20;

    /// <summary>Answers ExportBacktest.</summary>
    public async Task WriteAsync(
        ExportBacktestRequest request, IServerStreamWriter<ExportBacktestResponse> stream, ServerCallContext context)
    {
        BacktestRecord record = await lookup.FindSucceededAsync(request.BacktestId, context);
        switch (request.Format)
        {
            case ExportFormat.Csv:
                await WriteCsvAsync(record, TableOf(request), stream, context.CancellationToken);
                break;
            case ExportFormat.Arrow or ExportFormat.Parquet:
                Table whole = await WholeAsync(record, TableOf(request), context.CancellationToken);
                (byte[] file, string type) = TableFiles.Write(whole, request.Format, context.CancellationToken);
                await SendAsync(file, type, stream, context.CancellationToken);
                break;
            case ExportFormat.Json:
                await WriteJsonAsync(record, stream, context.CancellationToken);
                break;
            case ExportFormat.Html:
                if (request.Language is not ("" or "en" or "zh"))
                {
                    throw RpcError.Invalid("LANGUAGE_INVALID", "language", $"language must be en or zh, was \"{request.Language}\".");
                }

                string page = await DocumentAsync(record, ResultDocument.TearSheet, context.CancellationToken);
                string counted = record.Trials is { } trials ? TearSheet.WithTrials(page, TrialAssessment.Parse(trials)) : page;
                string opened = counted.Replace(
                    ChartStyle.Switches(false, false), ChartStyle.Switches(request.Language == "zh", request.RedUp), StringComparison.Ordinal);
                await SendAsync(opened, "text/html; charset=utf-8", stream, context.CancellationToken);
                break;
            default:
                throw RpcError.Invalid("EXPORT_FORMAT_INVALID", "format", "format must be EXPORT_FORMAT_CSV, _JSON, _HTML, _ARROW or _PARQUET.");
        }
    }

    private static string TableOf(ExportBacktestRequest request)
    {
        string table = request.Table.Length == 0 ? ResultNames.Equity : request.Table;
        return ResultNames.All.Contains(table)
            ? table
            : throw RpcError.Invalid("TABLE_NOT_FOUND", "table", $"table must be one of {string.Join(", ", ResultNames.All)}, was \"{table}\".");
    }

    /// <summary>Reads a text of a result.</summary>
    /// <exception cref="RpcError">RESULT_NOT_READY when an older version of the service computed the backtest without it.</exception>
    public async Task<string> DocumentAsync(BacktestRecord record, string name, CancellationToken cancellationToken) =>
        await results.ReadDocumentAsync(record.ProjectId, record.BacktestId, name, cancellationToken)
            ?? throw new RpcError(StatusCode.FailedPrecondition, "RESULT_NOT_READY", $"The backtest {record.BacktestId} was computed without this document; run it again.");

    private async Task WriteCsvAsync(
        BacktestRecord record, string name, IServerStreamWriter<ExportBacktestResponse> stream, CancellationToken cancellationToken)
    {
        await foreach ((Table rows, long first) in PagesAsync(record, name, cancellationToken))
        {
            using var writer = new StringWriter();
            TableCsv.Write(rows, writer);
            string text = writer.ToString();
            // Only the first page shows the header.
            await SendAsync(first == 0 ? text : text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..], "text/csv; charset=utf-8", stream, cancellationToken);
        }
    }

    private async Task<Table> WholeAsync(BacktestRecord record, string name, CancellationToken cancellationToken)
    {
        List<Table> pages = [];
        long rowCount = 0;
        await foreach ((Table rows, _) in PagesAsync(record, name, cancellationToken))
        {
            pages.Add(rows);
            rowCount += rows.RowCount;
            if (rowCount > TableFiles.RowsMax)
            {
                throw new RpcError(StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", $"An Arrow or Parquet file has at most {TableFiles.RowsMax} rows here; export CSV.");
            }
        }

        return pages.Count == 1 ? pages[0] : Table.Concat(pages);
    }

    private async Task WriteJsonAsync(
        BacktestRecord record, IServerStreamWriter<ExportBacktestResponse> stream, CancellationToken cancellationToken)
    {
        const string Type = "application/json; charset=utf-8";
        JsonObject head = new()
        {
            ["backtest_id"] = record.BacktestId.ToString("D"),
            ["spec"] = JsonNode.Parse(record.Spec),
            ["metrics"] = JsonNode.Parse(record.Metrics ?? "{}"),
            ["manifest"] = JsonNode.Parse(record.Manifest ?? "{}"),
            ["trials"] = record.Trials is null ? null : JsonNode.Parse(record.Trials),
        };
        await SendAsync(head.ToJsonString()[..^1], Type, stream, cancellationToken);
        foreach (string name in ResultNames.All)
        {
            await SendAsync($",\"{name}\":[", Type, stream, cancellationToken);
            await foreach ((Table rows, long first) in PagesAsync(record, name, cancellationToken))
            {
                string array = Encoding.UTF8.GetString(TableJson.ToUtf8(rows));
                await SendAsync((first == 0 ? "" : ",") + array[1..^1], Type, stream, cancellationToken);
            }

            await SendAsync("]", Type, stream, cancellationToken);
        }

        await SendAsync("}", Type, stream, cancellationToken);
    }

    private async IAsyncEnumerable<(Table Rows, long First)> PagesAsync(
        BacktestRecord record, string name, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long first = 0;
        Table? read = null;
        while (await results.ReadAsync(record.ProjectId, record.BacktestId, name, first, ResultChunk.RowCountMax, cancellationToken) is { } page)
        {
            yield return (page.Rows, first);
            read = page.Rows;
            first += page.Rows.RowCount;
            if (first >= page.Total)
            {
                break;
            }
        }

        // A process that is not trusted may have written other columns.
        if (LastFigures(record, name) is { } last && read is not null && read.Schema.SequenceEqual(last.Schema))
        {
            yield return (last, first);
        }
    }

    // The figures were written before the trial was counted.
    private static Table? LastFigures(BacktestRecord record, string name) => name == ResultNames.Figures && record.Trials is { } trials
        ? ReportTables.TrialFigures(TrialAssessment.Parse(trials))
        : null;

    private static Task SendAsync(
        string text, string contentType, IServerStreamWriter<ExportBacktestResponse> stream, CancellationToken cancellationToken) =>
        SendAsync(Encoding.UTF8.GetBytes(text), contentType, stream, cancellationToken);

    private static async Task SendAsync(
        byte[] bytes, string contentType, IServerStreamWriter<ExportBacktestResponse> stream, CancellationToken cancellationToken)
    {
        for (int start = 0; start == 0 || start < bytes.Length; start += PartBytesMax)
        {
            int length = Math.Min(PartBytesMax, bytes.Length - start);
            var file = new FileBody { ContentType = contentType, Data = ByteString.CopyFrom(bytes, start, length) };
            await stream.WriteAsync(new ExportBacktestResponse { File = file }, cancellationToken);
        }
    }
}
