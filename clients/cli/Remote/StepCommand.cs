using System.CommandLine;
using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using Spectre.Console;

namespace EasyQuant.Cli.Remote;

/// <summary><c>eq runs steps</c> and <c>eq runs cancel-step</c>: the nodes of a run with what was measured (records, time, memory, data quality), and the end of one of them.</summary>
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

    /// <summary>Builds the command that cancels one step.</summary>
    public static Command Cancel()
    {
        Argument<string> run = new("run") { Description = "Id of the run. / 运行标识。" };
        Argument<string> node = new("node") { Description = "The node. / 节点。" };
        Option<string> cause = new("--cause") { Description = "Why, for the history. / 原因。", DefaultValueFactory = _ => string.Empty };
        Command command = new(
            "cancel-step", "Cancels one step; what does not depend on it runs on, then the run fails. / 取消一个步骤：不依赖它的步骤继续，随后运行失败。") { run, node, cause };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            CancelStepRequest request = new() { RunId = result.GetRequiredValue(run), NodeId = result.GetRequiredValue(node), Cause = result.GetRequiredValue(cause) };
            CancelStepResponse answer = await new RunService.RunServiceClient(connection.Channel).CancelStepAsync(request, connection.Unary(cancellationToken));
            if (connection.Json)
            {
                Connection.PrintJson(answer.Step);
            }
            else
            {
                Console.Out.WriteLine($"{request.RunId} {answer.Step.NodeId} {StateOf(answer.Step)}");
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static string StateOf(Step step)
    {
        string state = step.Attempt <= 1 ? step.State.ToString() : string.Create(CultureInfo.InvariantCulture, $"{step.State}, attempt {step.Attempt}");
        return step.CancelRequested ? state + ", to be cancelled" : state;
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
                StateOf(step),
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
