using System.CommandLine;
using EasyQuant.Contracts.Run.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Spectre.Console;

namespace EasyQuant.Cli.Remote;

/// <summary><c>eq runs ...</c>: starts, lists, watches and steers runs on a server.</summary>
public static class RunCommands
{
    /// <summary>Builds the command group.</summary>
    /// <returns>The group.</returns>
    public static Command Create()
    {
        Command group = new("runs", "Runs on a server. / 服务器上的运行。");
        group.Subcommands.Add(Start());
        group.Subcommands.Add(List());
        group.Subcommands.Add(Get());
        group.Subcommands.Add(Watch());
        group.Subcommands.Add(Simple("cancel", "Cancels a run. / 取消。", async (c, id, o) => (await c.CancelRunAsync(new CancelRunRequest { RunId = id }, o)).Run));
        group.Subcommands.Add(Simple("pause", "Pauses a run after its current step. / 暂停。", async (c, id, o) => (await c.PauseRunAsync(new PauseRunRequest { RunId = id }, o)).Run));
        group.Subcommands.Add(Simple("resume", "Resumes a paused run. / 恢复。", async (c, id, o) => (await c.ResumeRunAsync(new ResumeRunRequest { RunId = id }, o)).Run));
        group.Subcommands.Add(Retry());
        group.Subcommands.Add(Priority());
        group.Subcommands.Add(StepCommand.Create());
        group.Subcommands.Add(StepCommand.Cancel());
        group.Subcommands.Add(ItemCommands.List());
        group.Subcommands.Add(ItemCommands.Retry());
        return group;
    }

    private static Command Start()
    {
        Argument<string> workflow = new("workflow") { Description = "Name of the workflow." };
        Option<string> inputs = new("--inputs") { Description = "Inputs as a JSON object.", DefaultValueFactory = _ => "{}" };
        Option<bool> watch = new("--watch") { Description = "Follow the run to its end." };
        Option<int> priority = new("--priority") { Description = "-100 to 100, higher first. / 优先级。", DefaultValueFactory = _ => 0 };
        Command command = new("start", "Starts a run. / 启动运行。") { workflow, inputs, watch, priority };
        PlacementOptions where = new();
        where.AddTo(command);
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            Struct values;
            try
            {
                values = Struct.Parser.ParseJson(result.GetRequiredValue(inputs));
            }
            catch (InvalidProtocolBufferException e)
            {
                await Console.Error.WriteLineAsync("eq: --inputs is not a JSON object: " + e.Message);
                return ExitCodes.Usage;
            }

            if (where.Read(result, out RunPlacement? placement) is { } fault)
            {
                await Console.Error.WriteLineAsync("eq: " + fault);
                return ExitCodes.Usage;
            }

            RunSpec spec = new()
            {
                RequestId = Guid.CreateVersion7().ToString(), WorkflowName = result.GetRequiredValue(workflow), Inputs = values,
                Priority = result.GetRequiredValue(priority), Placement = placement,
            };
            RunService.RunServiceClient client = new(connection.Channel);
            Run run = (await client.CreateRunsAsync(new CreateRunsRequest { Runs = { spec } }, connection.Unary(cancellationToken))).Runs[0];
            if (result.GetValue(watch))
            {
                return await WatchAsync(client, connection, run.RunId, cancellationToken);
            }

            Print(run, connection);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command List()
    {
        Option<string> workflow = new("--workflow") { Description = "Keeps runs of this workflow.", DefaultValueFactory = _ => string.Empty };
        Option<int> count = new("--count") { Description = "Most rows, 1 to 500.", DefaultValueFactory = _ => 20 };
        Command command = new("list", "Lists runs, newest first. / 列出运行。") { workflow, count };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            RunService.RunServiceClient client = new(connection.Channel);
            ListRunsResponse page = await client.ListRunsAsync(
                new ListRunsRequest { WorkflowName = result.GetRequiredValue(workflow), PageSize = result.GetRequiredValue(count) }, connection.Unary(cancellationToken));
            if (connection.Json)
            {
                Connection.PrintJson(page);
                return ExitCodes.Success;
            }

            Spectre.Console.Table table = new() { Border = TableBorder.Simple };
            table.AddColumns("run", "workflow", "state", "steps", "created");
            foreach (Run run in page.Runs)
            {
                table.AddRow(
                    Markup.Escape(run.RunId),
                    Markup.Escape($"{run.WorkflowName} v{run.WorkflowVersion}"),
                    run.State.ToString(),
                    $"{run.FinishedStepCount}/{run.StepCount}",
                    run.CreateTime.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
            }

            AnsiConsole.Write(table);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Get() =>
        Simple("get", "Shows a run. / 查看运行。", async (c, id, o) => (await c.GetRunAsync(new GetRunRequest { RunId = id }, o)).Run);

    private static Command Watch()
    {
        Argument<string> run = new("run") { Description = "Id of the run." };
        Command command = new("watch", "Follows a run to its end. / 跟踪运行。") { run };
        new RemoteOptions().Attach(command, (result, connection, cancellationToken) =>
            WatchAsync(new RunService.RunServiceClient(connection.Channel), connection, result.GetRequiredValue(run), cancellationToken));
        return command;
    }

    private static Command Retry()
    {
        Argument<string> run = new("run") { Description = "Id of the run." };
        Option<string> from = new("--from") { Description = "First node to run again; default: all that did not succeed.", DefaultValueFactory = _ => string.Empty };
        Command command = new("retry", "Runs again from a step on. / 从某一步重试。") { run, from };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            RunService.RunServiceClient client = new(connection.Channel);
            RetryRunRequest request = new() { RunId = result.GetRequiredValue(run), FromNodeId = result.GetRequiredValue(from), RequestId = Guid.CreateVersion7().ToString() };
            Print((await client.RetryRunAsync(request, connection.Unary(cancellationToken))).Run, connection);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Priority()
    {
        Argument<string> run = new("run") { Description = "Id of the run. / 运行标识。" };
        Argument<int> priority = new("priority") { Description = "-100 to 100, higher first. / 优先级。" };
        Command command = new("priority", "Changes the priority of a run that waits. / 修改排队运行的优先级。") { run, priority };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            ChangeRunPriorityRequest request = new() { RunId = result.GetRequiredValue(run), Priority = result.GetRequiredValue(priority) };
            Print((await new RunService.RunServiceClient(connection.Channel).ChangeRunPriorityAsync(request, connection.Unary(cancellationToken))).Run, connection);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Simple(string name, string description, Func<RunService.RunServiceClient, string, CallOptions, Task<Run>> call)
    {
        Argument<string> run = new("run") { Description = "Id of the run." };
        Command command = new(name, description) { run };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            Print(await call(new RunService.RunServiceClient(connection.Channel), result.GetRequiredValue(run), connection.Unary(cancellationToken)), connection);
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<int> WatchAsync(RunService.RunServiceClient client, Connection connection, string runId, CancellationToken cancellationToken)
    {
        using AsyncServerStreamingCall<WatchRunResponse> call = client.WatchRun(new WatchRunRequest { RunId = runId }, connection.Streaming(cancellationToken));
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            if (call.ResponseStream.Current.Event is { } e)
            {
                await Console.Error.WriteLineAsync($"{e.Time.ToDateTime():HH:mm:ss} {e.Type} {e.NodeId} {e.Message}{(e.Error is { } f ? $" {f.Reason}: {f.Message}" : string.Empty)}".TrimEnd());
            }
        }

        Run run = (await client.GetRunAsync(new GetRunRequest { RunId = runId }, connection.Unary(cancellationToken))).Run;
        Print(run, connection);
        return run.State == RunState.Succeeded ? ExitCodes.Success : ExitCodes.Failed;
    }

    private static void Print(Run run, Connection connection)
    {
        if (connection.Json)
        {
            Connection.PrintJson(run);
            return;
        }

        Console.Out.WriteLine($"{run.RunId} {run.WorkflowName} v{run.WorkflowVersion} {run.State} {run.FinishedStepCount}/{run.StepCount}");
        if (run.Error is { } error)
        {
            Console.Out.WriteLine($"  {error.NodeId} {error.Reason}: {error.Message}");
        }

        if (run.Outputs is { } outputs)
        {
            Console.Out.WriteLine(JsonFormatter.Default.Format(outputs));
        }
    }
}
