using System.CommandLine;
using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using Spectre.Console;

namespace EasyQuant.Cli.Remote;

/// <summary><c>eq runs steps</c>: the nodes of a run with what was measured: records, time, memory, data quality.</summary>
internal static class StepCommand
{
    private const int PageSize = 1_000;
    private const double BytesPerMiB = 1 << 20;

    /// <summary>Builds the command.</summary>
    public static Command Create()
    {
        Argument<string> run = new("run") { Description = "Id of the run. / 运行标识。" };
        Command command = new("steps", "Lists the steps of a run: records, time, memory, data quality. / 列出各步骤：记录数、耗时、内存、数据质量。") { run };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            RunService.RunServiceClient client = new(connection.Channel);
            ListStepsRequest request = new() { RunId = result.GetRequiredValue(run), PageSize = PageSize };
            ListStepsResponse all = new();
            do
            {
                ListStepsResponse page = await client.ListStepsAsync(request, connection.Unary(cancellationToken));
                all.Steps.Add(page.Steps);
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            if (connection.Json)
            {
                Connection.PrintJson(all);
            }
            else
            {
                Print(all);
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static void Print(ListStepsResponse all)
    {
        Spectre.Console.Table table = new() { Border = TableBorder.Simple };
        table.AddColumns("step", "state", "in", "out", "items", "ms", "MiB", "quality", "error");
        foreach (Step step in all.Steps)
        {
            StepMetrics measured = step.Metrics ?? new StepMetrics();
            table.AddRow(
                Markup.Escape(step.NodeId),
                step.Attempt <= 1 ? step.State.ToString() : string.Create(CultureInfo.InvariantCulture, $"{step.State}, attempt {step.Attempt}"),
                measured.RowsIn.ToString(CultureInfo.InvariantCulture),
                measured.RowsOut.ToString(CultureInfo.InvariantCulture),
                measured.ItemsTotal > 0 ? string.Create(CultureInfo.InvariantCulture, $"{measured.ItemsDone}/{measured.ItemsTotal}") : string.Empty,
                measured.Elapsed is { } elapsed ? elapsed.ToTimeSpan().TotalMilliseconds.ToString("0.#", CultureInfo.InvariantCulture) : string.Empty,
                (measured.AllocatedBytes / BytesPerMiB).ToString("0.0", CultureInfo.InvariantCulture),
                measured.HasQualityScore ? measured.QualityScore.ToString("0.000", CultureInfo.InvariantCulture) : string.Empty,
                Markup.Escape(step.Error is { } error ? $"{error.Reason}: {error.Message}" : string.Empty));
        }

        AnsiConsole.Write(table);
    }
}
