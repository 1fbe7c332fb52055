using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Contracts.Run.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.Samples.Demo;

/// <summary>The command <c>demo --server ADDRESS --key KEY [--output DIR]</c>: runs the samples on a platform and writes a page.</summary>
public static class DemoCommand
{
    /// <summary>How the command is called.</summary>
    public const string Usage = "demo --server GRPC_ADDRESS (--key KEY | --key-file FILE) [--output DIR]";

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(10);

    /// <summary>Uploads the market, runs both samples, prints their tables, writes demo.html.</summary>
    /// <param name="args">Arguments after the command's name.</param>
    /// <param name="cancellationToken">Stops waiting; runs go on.</param>
    /// <returns>0 when both samples succeeded, 1 when one failed, 2 when the arguments are wrong.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(args);
        string? server = Value(args, "--server");
        string? key = Value(args, "--key") ?? (Value(args, "--key-file") is { } file ? (await File.ReadAllTextAsync(file, cancellationToken)).Trim() : null);
        if (args.Length % 2 != 0 || key is null || !Uri.TryCreate(server, UriKind.Absolute, out Uri? address))
        {
            await Console.Error.WriteLineAsync("usage: " + Usage);
            return 2;
        }

        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_deadline);
        try
        {
            using PlatformClient client = new(address, key);
            DemoReport report = await RunSamplesAsync(client, deadline.Token);
            string folder = Path.GetFullPath(Value(args, "--output") ?? ".");
            Directory.CreateDirectory(folder);
            string page = Path.Combine(folder, "demo.html");
            await File.WriteAllTextAsync(page, HtmlReport.Render(report), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), deadline.Token);
            Console.Out.WriteLine($"\nReport page / 报告页面: {page}");
            return 0;
        }
        catch (RpcException e)
        {
            await Console.Error.WriteLineAsync($"demo: {e.StatusCode}: {e.Status.Detail}");
            return 1;
        }
        catch (SampleFailedException e)
        {
            await Console.Error.WriteLineAsync("demo: " + e.Message);
            return 1;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"demo: not finished within {s_deadline.TotalMinutes:0} minutes");
            return 1;
        }
    }

    private static async Task<DemoReport> RunSamplesAsync(PlatformClient client, CancellationToken cancellationToken)
    {
        Console.Out.WriteLine($"Preparing {SampleData.SymbolCount} symbols and {SampleData.Workflows.Count} workflows / 准备数据与工作流");
        await SampleData.PrepareAsync(client, cancellationToken);
        Run pipeline = await RunToEndAsync(client, "daily-pipeline", cancellationToken);
        TableRows scores = await client.ReadTableAsync(pipeline.RunId, "rank", "table", cancellationToken);
        Console.Out.WriteLine("\nScores, best ten / 评分前十");
        Print(scores, 10);
        JsonNode summary = Json(pipeline.Outputs.Fields["summary"]);
        Console.Out.WriteLine("\nSummary / 汇总\n  " + summary.ToJsonString());

        Run sweep = await RunToEndAsync(client, "sma-sweep", cancellationToken);
        TableRows metrics = await client.ReadTableAsync(sweep.RunId, "rank", "table", cancellationToken);
        Console.Out.WriteLine($"\nSweep: {metrics.RowCount} combinations by Sharpe, best ten / 参数扫描前十");
        Print(metrics, 10);
        TableRows equity = await client.ReadTableAsync(sweep.RunId, "best", "table", cancellationToken);
        return new DemoReport
        {
            Sweep = [.. Enumerable.Range(0, metrics.RowCount).Select(r => Cell(metrics, r))],
            Equity = [.. Enumerable.Range(0, equity.RowCount).Select(r => Point(equity, r))],
            Quality = Json(pipeline.Outputs.Fields["quality"]),
            Scores = scores,
            Summary = summary,
        };
    }

    private static async Task<Run> RunToEndAsync(PlatformClient client, string workflow, CancellationToken cancellationToken)
    {
        Run run = await client.StartAsync(workflow, new Struct(), cancellationToken);
        Console.Out.WriteLine($"\n{workflow}: run {run.RunId}, trace {run.TraceId} {run.TraceUrl}".TrimEnd());
        run = await client.WatchAsync(run.RunId, e => Console.Out.WriteLine(PlatformClient.Describe(e)), cancellationToken);
        return run.State == RunState.Succeeded
            ? run
            : throw new SampleFailedException($"{workflow} ended {run.State}: {run.Error?.NodeId} {run.Error?.Reason}: {run.Error?.Message}");
    }

    private static SweepCell Cell(TableRows rows, int row) => new(
        (int)rows.Number(row, "fast"),
        (int)rows.Number(row, "slow"),
        rows.Number(row, "sharpe"),
        rows.Number(row, "total_return"),
        rows.Number(row, "max_drawdown"),
        (long)rows.Number(row, "trade_count"));

    private static EquityPoint Point(TableRows rows, int row) => new(
        (DateOnly)(rows[row, "trading_date"] ?? throw new SampleFailedException($"row {row} of the equity curve has no trading_date")),
        rows.Number(row, "equity"),
        -rows.Number(row, "drawdown"));

    private static void Print(TableRows rows, int count) => Console.Out.Write(ConsoleTable.Format(
        rows.Names,
        Enumerable.Range(0, Math.Min(count, rows.RowCount)).Select(r => (IReadOnlyList<string>)[.. rows.Names.Select(n => rows.Text(r, n))])));

    private static JsonNode Json(Value value) => JsonNode.Parse(JsonFormatter.Default.Format(value))!;

    private static string? Value(string[] args, string name)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
