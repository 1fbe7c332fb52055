using System.CommandLine;
using System.Globalization;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using Google.Protobuf;
using Grpc.Core;

namespace EasyQuant.Cli.Remote;

/// <summary><c>eq groups ...</c>: stores, starts, scales and stops process groups on a server.</summary>
public static class GroupCommands
{
    /// <summary>Builds the command group.</summary>
    /// <returns>The group.</returns>
    public static Command Create()
    {
        Command group = new("groups", "Process groups on a server. / 服务器上的进程组。");
        group.Subcommands.Add(Push());
        group.Subcommands.Add(Validate());
        group.Subcommands.Add(GroupDefinitionCommands.List());
        group.Subcommands.Add(GroupDefinitionCommands.Get());
        group.Subcommands.Add(GroupDefinitionCommands.Versions());
        group.Subcommands.Add(GroupDefinitionCommands.Topology());
        group.Subcommands.Add(GroupDefinitionCommands.Delete());
        group.Subcommands.Add(Start());
        group.Subcommands.Add(Status());
        group.Subcommands.Add(Scale());
        group.Subcommands.Add(Stop());
        group.Subcommands.Add(Starts());
        group.Subcommands.Add(Replay());
        group.Subcommands.Add(DeadLetterCommand.Create());
        return group;
    }

    private static Command Push()
    {
        Argument<FileInfo> file = new("file") { Description = "Process-group file (JSON)." };
        Command command = new("push", "Stores process groups or their next version. / 保存进程组。") { file };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            if (await ReadAsync(result.GetRequiredValue(file), cancellationToken) is not { } definition)
            {
                return ExitCodes.Usage;
            }

            GroupService.GroupServiceClient client = new(connection.Channel);
            ProcessScheduler stored;
            try
            {
                stored = (await client.CreateProcessSchedulerAsync(new CreateProcessSchedulerRequest { Definition = definition }, connection.Unary(cancellationToken))).Scheduler;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
            {
                stored = (await client.UpdateProcessSchedulerAsync(
                    new UpdateProcessSchedulerRequest { Name = definition.Name, Definition = definition }, connection.Unary(cancellationToken))).Scheduler;
            }

            Print(connection, stored, $"{stored.Definition.Name} v{stored.Version} {stored.DefinitionHash[..12]}");
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Validate()
    {
        Argument<FileInfo> file = new("file") { Description = "Process-group file (JSON)." };
        Command command = new("validate", "Checks process groups and stores nothing. / 校验进程组。") { file };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            if (await ReadAsync(result.GetRequiredValue(file), cancellationToken) is not { } definition)
            {
                return ExitCodes.Usage;
            }

            ValidateProcessSchedulerResponse answer = await new GroupService.GroupServiceClient(connection.Channel)
                .ValidateProcessSchedulerAsync(new ValidateProcessSchedulerRequest { Definition = definition }, connection.Unary(cancellationToken));
            foreach (Finding finding in answer.Findings)
            {
                Console.Out.WriteLine($"{finding.NodeId} {finding.Pointer}: {finding.Reason}: {finding.Message}".TrimStart());
            }

            return answer.Findings.Count == 0 ? ExitCodes.Success : ExitCodes.Failed;
        });
        return command;
    }

    private static Command Start()
    {
        Argument<string> name = new("name") { Description = "Name or id of the process groups. / 名称或标识。" };
        Command command = new("start", "Starts process groups. / 启动进程组。") { name };
        PlacementOptions where = new();
        where.AddTo(command);
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            if (where.Read(result, out RunPlacement? placement) is { } fault)
            {
                await Console.Error.WriteLineAsync("eq: " + fault);
                return ExitCodes.Usage;
            }

            var request = new StartProcessSchedulerRequest { Name = result.GetRequiredValue(name), RequestId = Guid.NewGuid().ToString(), Placement = placement };
            Print(connection, (await new GroupService.GroupServiceClient(connection.Channel).StartProcessSchedulerAsync(request, connection.Unary(cancellationToken))).Start);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Status()
    {
        Argument<string> id = new("start") { Description = "Id of the start." };
        Command command = new("status", "Shows a start with its groups and sums. / 查看启动状态与汇总。") { id };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            var request = new GetGroupStartRequest { StartId = result.GetRequiredValue(id) };
            GroupStart start = (await new GroupService.GroupServiceClient(connection.Channel).GetGroupStartAsync(request, connection.Unary(cancellationToken))).Start;
            Print(connection, start);
            return start.State is StartState.Failed ? ExitCodes.Failed : ExitCodes.Success;
        });
        return command;
    }

    private static Command Scale()
    {
        Argument<string> id = new("start") { Description = "Id of the start." };
        Argument<string> group = new("group") { Description = "Id of the group." };
        Argument<int> replicas = new("replicas") { Description = "Replicas from now on, 0 to 100." };
        Command command = new("scale", "Changes the replicas of a group while it runs. / 运行中调整副本数。") { id, group, replicas };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            var request = new ScaleGroupRequest { StartId = result.GetRequiredValue(id), GroupId = result.GetRequiredValue(group), Replicas = result.GetRequiredValue(replicas) };
            Print(connection, (await new GroupService.GroupServiceClient(connection.Channel).ScaleGroupAsync(request, connection.Unary(cancellationToken))).Start);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Stop()
    {
        Argument<string> id = new("start") { Description = "Id of the start." };
        Command command = new("stop", "Stops a start. / 停止。") { id };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            var request = new StopGroupStartRequest { StartId = result.GetRequiredValue(id) };
            Print(connection, (await new GroupService.GroupServiceClient(connection.Channel).StopGroupStartAsync(request, connection.Unary(cancellationToken))).Start);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Replay()
    {
        Argument<string> id = new("start") { Description = "Id of the start." };
        Argument<string> group = new("group") { Description = "Id of the group." };
        Command command = new("replay", "Consumes the parked chunks of a group once more. / 重新处理死信数据块。") { id, group };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            var request = new ReplayDeadLettersRequest { StartId = result.GetRequiredValue(id), GroupId = result.GetRequiredValue(group), RequestId = Guid.NewGuid().ToString() };
            ReplayDeadLettersResponse answer = await new GroupService.GroupServiceClient(connection.Channel).ReplayDeadLettersAsync(request, connection.Unary(cancellationToken));
            Print(connection, answer, $"run {answer.RunId}");
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Starts()
    {
        Option<string> name = new("--name") { Description = "Keeps the starts of these process groups." };
        Command command = new("starts", "Lists starts, newest first. / 列出启动记录。") { name };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            var request = new ListGroupStartsRequest { PageSize = 50, Name = result.GetValue(name) ?? string.Empty };
            ListGroupStartsResponse page = await new GroupService.GroupServiceClient(connection.Channel).ListGroupStartsAsync(request, connection.Unary(cancellationToken));
            foreach (GroupStart start in page.Starts)
            {
                Print(connection, start, $"{start.StartId} {start.Name} v{start.Version} {start.State}");
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<GroupsDefinition?> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            return GroupsDefinition.Parser.ParseJson(await File.ReadAllTextAsync(file.FullName, cancellationToken));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidProtocolBufferException)
        {
            await Console.Error.WriteLineAsync($"eq: {file.FullName}: {e.Message}");
            return null;
        }
    }

    private static void Print(Connection connection, GroupStart start)
    {
        IEnumerable<string> groups = start.Groups.Select(group =>
            $"  {group.GroupId}: {group.Replicas} replicas ({group.RunningCount} running, {group.QueuedCount} queued, {group.EndedCount} ended), {group.Sums.ChunkCount} chunks, {group.Sums.RowCount} rows, {group.Sums.ByteCount} bytes, {group.Sums.ErrorCount} errors, {group.Sums.DeadLetterCount} dead letters{string.Concat(group.Stages.Select(Stage))}");
        Print(connection, start, string.Join(Environment.NewLine, groups.Prepend($"{start.StartId} {start.Name} v{start.Version} {start.State} {start.Error?.Reason} {start.Error?.Message}".TrimEnd())));
    }

    private static string Stage(StageSums stage) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.NewLine}    {stage.NodeId} ({stage.NodeType}): {stage.ChunkCount} chunks, {stage.RowCount} rows, {stage.ByteCount} bytes, busy {stage.Busy?.ToTimeSpan().TotalSeconds ?? 0:0.000} s, waited {stage.Waiting?.ToTimeSpan().TotalSeconds ?? 0:0.000} s, {stage.ErrorCount} errors");

    private static void Print(Connection connection, IMessage message, string text)
    {
        if (connection.Json)
        {
            Connection.PrintJson(message);
        }
        else
        {
            Console.Out.WriteLine(text);
        }
    }
}
