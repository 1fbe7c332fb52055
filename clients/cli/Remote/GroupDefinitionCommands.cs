using System.CommandLine;
using System.Globalization;
using EasyQuant.Contracts.Group.V1;
using Google.Protobuf;
using Spectre.Console;

namespace EasyQuant.Cli.Remote;

/// <summary><c>eq groups list, get, versions, topology, delete</c>: the stored definitions of process groups.</summary>
internal static class GroupDefinitionCommands
{
    private const int PageSize = 500;

    /// <summary>Lists the latest version of each.</summary>
    public static Command List()
    {
        Option<string> prefix = new("--prefix") { Description = "Keeps names that begin so. / 名称前缀。", DefaultValueFactory = _ => string.Empty };
        Command command = new("list", "Lists stored process groups by name. / 列出进程组。") { prefix };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            var request = new ListProcessSchedulersRequest { PageSize = PageSize, NamePrefix = result.GetRequiredValue(prefix) };
            ListProcessSchedulersResponse page = await new GroupService.GroupServiceClient(connection.Channel).ListProcessSchedulersAsync(request, connection.Unary(cancellationToken));
            return Print(connection, page, page.Schedulers, page.NextPageToken);
        });
        return command;
    }

    /// <summary>Prints a definition, in the form that <c>eq groups push</c> reads.</summary>
    public static Command Get()
    {
        Argument<string> name = Name();
        Option<int> version = Version();
        Command command = new("get", "Prints the file of process groups. / 输出进程组文件。") { name, version };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            var request = new GetProcessSchedulerRequest { Name = result.GetRequiredValue(name), Version = result.GetRequiredValue(version) };
            ProcessScheduler stored = (await new GroupService.GroupServiceClient(connection.Channel).GetProcessSchedulerAsync(request, connection.Unary(cancellationToken))).Scheduler;
            Connection.PrintJson(connection.Json ? stored : stored.Definition);
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Lists the versions of one.</summary>
    public static Command Versions()
    {
        Argument<string> name = Name();
        Command command = new("versions", "Lists versions, newest first. / 列出版本。") { name };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            var request = new ListProcessSchedulerVersionsRequest { Name = result.GetRequiredValue(name), PageSize = PageSize };
            ListProcessSchedulerVersionsResponse page = await new GroupService.GroupServiceClient(connection.Channel)
                .ListProcessSchedulerVersionsAsync(request, connection.Unary(cancellationToken));
            return Print(connection, page, page.Schedulers, page.NextPageToken);
        });
        return command;
    }

    /// <summary>Shows groups and queues of a version.</summary>
    public static Command Topology()
    {
        Argument<string> name = Name();
        Option<int> version = Version();
        Command command = new("topology", "Shows groups and the queues between them. / 查看进程组与队列。") { name, version };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            var request = new GetQueueTopologyRequest { Name = result.GetRequiredValue(name), Version = result.GetRequiredValue(version) };
            GetQueueTopologyResponse picture = await new GroupService.GroupServiceClient(connection.Channel).GetQueueTopologyAsync(request, connection.Unary(cancellationToken));
            if (connection.Json)
            {
                Connection.PrintJson(picture);
                return ExitCodes.Success;
            }

            foreach (TopologyNode node in picture.Nodes)
            {
                string what = node.IsQueue ? $"queue {node.Name} ({node.Serializer})" : $"group {node.Name} ({node.Replicas} replicas x {node.Threads} threads)";
                string next = string.Join(", ", picture.Edges.Where(edge => edge.From == node.Id).Select(edge => edge.To));
                Console.Out.WriteLine($"{new string(' ', 2 * node.Layer)}{what}{(next.Length > 0 ? " -> " + next : string.Empty)}");
            }

            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Archives one.</summary>
    public static Command Delete()
    {
        Argument<string> name = Name();
        Command command = new("delete", "Archives process groups; starts that run go on. / 归档进程组，运行中的不受影响。") { name };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            var request = new DeleteProcessSchedulerRequest { Name = result.GetRequiredValue(name) };
            await new GroupService.GroupServiceClient(connection.Channel).DeleteProcessSchedulerAsync(request, connection.Unary(cancellationToken));
            Console.Out.WriteLine(connection.Json ? "{}" : $"{request.Name} archived");
            return ExitCodes.Success;
        });
        return command;
    }

    private static Argument<string> Name() => new("name") { Description = "Name of the process groups. / 名称。" };

    private static Option<int> Version() => new("--version") { Description = "Version; default the latest. / 版本，默认最新。", DefaultValueFactory = _ => 0 };

    private static int Print(Connection connection, IMessage page, IEnumerable<ProcessScheduler> schedulers, string next)
    {
        if (connection.Json)
        {
            Connection.PrintJson(page);
            return ExitCodes.Success;
        }

        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns("name", "version", "groups", "stored", "by", "hash");
        foreach (ProcessScheduler one in schedulers)
        {
            table.AddRow(
                Markup.Escape(one.Definition.Name), one.Version.ToString(CultureInfo.InvariantCulture), one.Definition.Groups.Count.ToString(CultureInfo.InvariantCulture),
                one.CreateTime.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture), Markup.Escape(one.Actor), one.DefinitionHash[..12]);
        }

        AnsiConsole.Write(table);
        if (next.Length > 0)
        {
            Console.Error.WriteLine($"eq: only the first {PageSize} are shown.");
        }

        return ExitCodes.Success;
    }
}
