using System.CommandLine;
using System.Globalization;
using EasyQuant.Contracts.Worker.V1;
using Google.Protobuf;
using Spectre.Console;

namespace EasyQuant.Cli.Remote;

/// <summary><c>eq workers ...</c>: lists, drains and adds the workers of a server.</summary>
public static class WorkerCommands
{
    /// <summary>Builds the command group.</summary>
    /// <returns>The group.</returns>
    public static Command Create()
    {
        Command group = new("workers", "Workers of a server. / 工作进程。");
        group.Subcommands.Add(List());
        group.Subcommands.Add(One("drain", "name", "Lets a worker finish and take nothing new. / 排空。", async (client, connection, name, token) =>
            (await client.DrainWorkerAsync(new DrainWorkerRequest { Name = name }, connection.Unary(token))).Worker));
        group.Subcommands.Add(One("resume", "name", "Takes a drained worker back. / 恢复。", async (client, connection, name, token) =>
            (await client.ResumeWorkerAsync(new ResumeWorkerRequest { Name = name }, connection.Unary(token))).Worker));
        group.Subcommands.Add(Add());
        group.Subcommands.Add(One("remove", "address", "Dials an address no more. / 移除地址。", async (client, connection, address, token) =>
            await client.RemoveWorkerAddressAsync(new RemoveWorkerAddressRequest { Address = address }, connection.Unary(token))));
        group.Subcommands.Add(Addresses());
        return group;
    }

    private static Command List()
    {
        Command command = new("list", "Lists workers. / 列出工作进程。");
        new RemoteOptions().Attach(command, async (_, connection, cancellationToken) =>
        {
            ListWorkersResponse page = await new WorkerService.WorkerServiceClient(connection.Channel)
                .ListWorkersAsync(new ListWorkersRequest { PageSize = 500 }, connection.Unary(cancellationToken));
            if (connection.Json)
            {
                Connection.PrintJson(page);
                return ExitCodes.Success;
            }

            Spectre.Console.Table table = new() { Border = TableBorder.Simple };
            table.AddColumns("worker", "state", "host", "region", "labels", "running", "cpu", "MiB", "takes nothing because");
            foreach (Worker worker in page.Workers)
            {
                WorkerLoad load = worker.Load ?? new WorkerLoad();
                string labels = string.Join(' ', worker.Registration.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"));
                table.AddRow(
                    Markup.Escape(worker.Registration.Name), worker.State.ToString(), Markup.Escape(worker.Registration.Host),
                    Markup.Escape(worker.Registration.Region), Markup.Escape(labels), $"{load.RunningCount}{(load.AbandonedCount > 0 ? $"+{load.AbandonedCount} given up" : "")}/{worker.Registration.Capacity}",
                    load.CpuRatio.ToString("P0", CultureInfo.InvariantCulture), $"{load.MemoryBytes >> 20}", Markup.Escape(Refusal(worker.State, load)));
            }

            AnsiConsole.Write(table);
            return ExitCodes.Success;
        });
        return command;
    }

    private static string Refusal(WorkerState state, WorkerLoad load) => state is WorkerState.Idle or WorkerState.Busy
        ? load.Refusal
        : load.Refusal.Length > 0 ? load.Refusal : $"it is {state.ToString().ToLowerInvariant()}";

    private static Command Add()
    {
        Argument<string> address = new("address") { Description = "host:port of a worker that listens. / 工作进程的地址。" };
        Option<bool> tls = new("--tls") { Description = "Dials with TLS. / 使用 TLS。" };
        Command command = new("add", "Adds a worker by its address; the platform dials it. / 按地址添加工作进程。") { address, tls };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            var request = new AddWorkerAddressRequest { Address = result.GetRequiredValue(address), Tls = result.GetValue(tls) };
            Connection.PrintJson(await new WorkerService.WorkerServiceClient(connection.Channel).AddWorkerAddressAsync(request, connection.Unary(cancellationToken)));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Addresses()
    {
        Command command = new("addresses", "Lists the added addresses. / 列出地址。");
        new RemoteOptions().Attach(command, async (_, connection, cancellationToken) =>
        {
            Connection.PrintJson(await new WorkerService.WorkerServiceClient(connection.Channel)
                .ListWorkerAddressesAsync(new ListWorkerAddressesRequest(), connection.Unary(cancellationToken)));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command One(
        string name, string argument, string description, Func<WorkerService.WorkerServiceClient, Connection, string, CancellationToken, Task<IMessage>> call)
    {
        Argument<string> subject = new(argument) { Description = argument == "name" ? "Name of the worker. / 名称。" : "host:port. / 地址。" };
        Command command = new(name, description) { subject };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            Connection.PrintJson(await call(new WorkerService.WorkerServiceClient(connection.Channel), connection, result.GetRequiredValue(subject), cancellationToken));
            return ExitCodes.Success;
        });
        return command;
    }
}
