using System.CommandLine;
using EasyQuant.Cli.Local;
using EasyQuant.Client;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Flow;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;
using RunState = EasyQuant.Contracts.Run.V1.RunState;

namespace EasyQuant.Cli.Remote;

/// <summary><c>eq task ...</c>: executes single node types or workflows on the best worker of a server.</summary>
public static class TaskCommands
{
    /// <summary>Builds the command group.</summary>
    /// <returns>The group.</returns>
    public static Command Create()
    {
        Command group = new("task", "Tasks on workers. / 工作进程上的任务。");
        group.Subcommands.Add(Execute());
        group.Subcommands.Add(One("status", "Shows a task. / 查看任务。", async (client, connection, id, token) =>
            (await client.GetTaskStatusAsync(new GetTaskStatusRequest { TaskId = id }, connection.Unary(token))).Task));
        group.Subcommands.Add(One("cancel", "Cancels a task. / 取消任务。", async (client, connection, id, token) =>
            (await client.CancelTaskAsync(new CancelTaskRequest { TaskId = id }, connection.Unary(token))).Task));
        group.Subcommands.Add(Statistics());
        return group;
    }

    private static Command Execute()
    {
        Argument<string> id = new("id") { Description = "Id of the task; the same id twice is one task. / 任务标识。" };
        Argument<string> type = new("type") { Description = "Node type, or workflow: and a name. / 节点类型或 workflow:名称。" };
        Option<string> data = new("--data") { Description = "Parameters or inputs as a JSON object. / 参数。", DefaultValueFactory = _ => "{}" };
        Option<int> priority = new("--priority") { Description = "0 to 9, higher first. / 优先级。", DefaultValueFactory = _ => 0 };
        Option<double?> timeout = new("--timeout") { Description = "Longest time on one worker in seconds. / 超时秒数。" };
        Option<bool> wait = new("--local-fallback") { Description = "Waits for the end, and executes it here when there is no worker. / 等待结束；没有工作进程时在本机执行。" };
        Option<DirectoryInfo> root = new("--data-root") { Description = "Folder in which nodes see files when it is executed here; default: the current folder. / 本机执行时的数据目录。", DefaultValueFactory = _ => new DirectoryInfo(Environment.CurrentDirectory) };
        Command command = new("execute", "Starts a task. / 执行任务。") { id, type, data, priority, timeout, wait, root };
        PlacementOptions where = new();
        where.AddTo(command);
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            var request = new ExecuteTaskRequest
            {
                TaskId = result.GetRequiredValue(id), Type = result.GetRequiredValue(type), Priority = result.GetRequiredValue(priority),
            };
            try
            {
                request.Data = Struct.Parser.ParseJson(result.GetRequiredValue(data));
            }
            catch (InvalidProtocolBufferException e)
            {
                await Console.Error.WriteLineAsync("eq: --data is not a JSON object: " + e.Message);
                return ExitCodes.Usage;
            }

            if (result.GetValue(timeout) is { } seconds)
            {
                if (seconds is not (>= 0.001 and <= 604_800))
                {
                    await Console.Error.WriteLineAsync($"eq: --timeout must be 0.001 to 604800 seconds, was {seconds}.");
                    return ExitCodes.Usage;
                }

                request.Timeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds));
            }

            if (where.Read(result, out RunPlacement? placement) is { } fault)
            {
                await Console.Error.WriteLineAsync("eq: " + fault);
                return ExitCodes.Usage;
            }

            request.Placement = placement;
            if (result.GetValue(wait))
            {
                return await ToEndAsync(request, connection, result.GetRequiredValue(root).FullName, cancellationToken);
            }

            Print((await new TaskService.TaskServiceClient(connection.Channel).ExecuteTaskAsync(request, connection.Unary(cancellationToken))).Task, connection);
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<int> ToEndAsync(ExecuteTaskRequest request, Connection connection, string dataRoot, CancellationToken cancellationToken)
    {
        TimeProvider time = TimeProvider.System;
        LocalTask local = new(dataRoot, time);
        TaskBridge bridge = new(new TaskService.TaskServiceClient(connection.Channel), local.ExecuteAsync, time);
        try
        {
            TaskOutcome outcome = await bridge.ExecuteAsync(request, connection.Headers(), cancellationToken);
            Print(
                new WorkerTask { TaskId = request.TaskId, Type = request.Type, State = outcome.State, WorkerName = outcome.IsLocal ? "local" : outcome.WorkerName, Error = outcome.Error, Outputs = outcome.Outputs },
                connection);
            return outcome.State == RunState.Succeeded ? ExitCodes.Success : ExitCodes.Failed;
        }
        catch (NodeException e)
        {
            await Console.Error.WriteLineAsync($"eq: the task failed here: {e.Reason}: {e.Message}");
            return ExitCodes.Failed;
        }
    }

    private static Command Statistics()
    {
        Command command = new("stats", "Shows how busy the workers are. / 工作进程的负载。");
        new RemoteOptions().Attach(command, async (_, connection, cancellationToken) =>
        {
            GetTaskStatisticsResponse answer = await new TaskService.TaskServiceClient(connection.Channel)
                .GetTaskStatisticsAsync(new GetTaskStatisticsRequest(), connection.Unary(cancellationToken));
            if (connection.Json)
            {
                Connection.PrintJson(answer);
                return ExitCodes.Success;
            }

            Spectre.Console.Table table = new() { Border = TableBorder.Simple };
            table.AddColumns("worker", "state", "running", "done", "failed", "cpu", "MiB", "takes work");
            foreach (TaskWorkerStatistics worker in answer.Workers)
            {
                WorkerLoad load = worker.Load ?? new WorkerLoad();
                table.AddRow(
                    Markup.Escape(worker.Name), worker.State.ToString(), $"{load.RunningCount}/{worker.Capacity}", $"{load.SucceededCount}", $"{load.FailedCount}",
                    load.CpuRatio.ToString("P0", System.Globalization.CultureInfo.InvariantCulture), $"{load.MemoryBytes >> 20}",
                    Markup.Escape(worker.Available ? "yes" : load.Refusal.Length > 0 ? load.Refusal : "no"));
            }

            AnsiConsole.Write(table);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command One(string name, string description, Func<TaskService.TaskServiceClient, Connection, string, CancellationToken, Task<WorkerTask>> call)
    {
        Argument<string> id = new("id") { Description = "Id of the task. / 任务标识。" };
        Command command = new(name, description) { id };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            WorkerTask task = await call(new TaskService.TaskServiceClient(connection.Channel), connection, result.GetRequiredValue(id), cancellationToken);
            Print(task, connection);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Print(WorkerTask task, Connection connection)
    {
        if (connection.Json)
        {
            Connection.PrintJson(task);
            return;
        }

        Console.Out.WriteLine($"{task.TaskId} {task.Type} {task.State} {task.WorkerName}{(task.RunId.Length > 0 ? " run " + task.RunId : "")}");
        if (task.Error is { } error)
        {
            Console.Out.WriteLine($"  {error.Reason}: {error.Message}");
        }

        if (task.Outputs is { } outputs)
        {
            Console.Out.WriteLine(JsonFormatter.Default.Format(outputs));
        }
    }
}
