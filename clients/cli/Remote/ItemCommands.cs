using System.CommandLine;
using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using Spectre.Console;

namespace EasyQuant.Cli.Remote;

/// <summary><c>eq runs items</c> and <c>eq runs retry-items</c>: the items of a fan-out.</summary>
internal static class ItemCommands
{
    /// <summary>Lists the items of a step.</summary>
    public static Command List()
    {
        Argument<string> run = new("run") { Description = "Id of the run." };
        Argument<string> node = new("node") { Description = "Node that fans out." };
        Option<string> state = new("--state") { Description = "Keeps items in this state: pending, running, succeeded, failed, cancelled.", DefaultValueFactory = _ => string.Empty };
        Option<int> count = new("--count") { Description = "Most rows, 1 to 1,000.", DefaultValueFactory = _ => 50 };
        Option<int> after = new("--after") { Description = "Starts behind this index.", DefaultValueFactory = _ => -1 };
        Command command = new("items", "Lists the items of a fan-out. / 列出批量项。") { run, node, state, count, after };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            ItemService.ItemServiceClient client = new(connection.Channel);
            string runId = result.GetRequiredValue(run);
            string nodeId = result.GetRequiredValue(node);
            ListItemsRequest request = new() { RunId = runId, NodeId = nodeId, PageSize = Math.Clamp(result.GetRequiredValue(count), 1, 1_000) };
            string wanted = result.GetRequiredValue(state);
            if (wanted.Length > 0)
            {
                if (!System.Enum.TryParse(wanted, ignoreCase: true, out ItemState known) || known == ItemState.Unspecified || !System.Enum.IsDefined(known))
                {
                    await Console.Error.WriteLineAsync($"eq: --state is one of pending, running, succeeded, failed, cancelled; was '{wanted}'.");
                    return ExitCodes.Usage;
                }

                request.States.Add(known);
            }

            FanOut fanOut = (await client.GetFanOutAsync(new GetFanOutRequest { RunId = runId, NodeId = nodeId }, connection.Unary(cancellationToken))).FanOut;
            ListItemsResponse page = await PageAsync(client, request, result.GetRequiredValue(after), connection, cancellationToken);
            if (connection.Json)
            {
                Connection.PrintJson(page, ("fanOut", fanOut));
                return ExitCodes.Success;
            }

            Print(fanOut, page);
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Runs items again.</summary>
    public static Command Retry()
    {
        Argument<string> run = new("run") { Description = "Id of the run." };
        Argument<string> node = new("node") { Description = "Node that fans out." };
        Option<int[]> index = new("--index") { Description = "Item to run again, repeatable; default: all that did not succeed.", DefaultValueFactory = _ => [] };
        Command command = new("retry-items", "Runs items of an ended run again. / 重跑批量项。") { run, node, index };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            RetryItemsRequest request = new()
            {
                RunId = result.GetRequiredValue(run), NodeId = result.GetRequiredValue(node), RequestId = Guid.CreateVersion7().ToString(),
            };
            request.Indexes.Add(result.GetRequiredValue(index));
            RetryItemsResponse answer = await new ItemService.ItemServiceClient(connection.Channel).RetryItemsAsync(request, connection.Unary(cancellationToken));
            if (connection.Json)
            {
                Connection.PrintJson(answer);
            }
            else
            {
                Console.Out.WriteLine($"{answer.Run.RunId} {answer.Run.State}: {answer.ItemCount} items run again");
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static void Print(FanOut fanOut, ListItemsResponse page)
    {
        Console.Out.WriteLine(
            $"{fanOut.TotalCount} items, {fanOut.SucceededCount} succeeded, {fanOut.FailedCount} failed, {fanOut.RunningCount} running; {fanOut.Mode}: {fanOut.ModeReason}");
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns("item", "state", "attempt", "ms", "worker", "process", "error");
        foreach (Item item in page.Items)
        {
            table.AddRow(
                item.Index.ToString(CultureInfo.InvariantCulture),
                item.State.ToString(),
                item.Attempt.ToString(CultureInfo.InvariantCulture),
                item.Elapsed is { } elapsed ? elapsed.ToTimeSpan().TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) : string.Empty,
                Markup.Escape(item.WorkerId),
                item.ProcessId.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(item.Error is { } error ? $"{error.Reason}: {error.Message}" : string.Empty));
        }

        AnsiConsole.Write(table);
    }

    // Tokens are opaque: the pages before are read over.
    private static async Task<ListItemsResponse> PageAsync(
        ItemService.ItemServiceClient client, ListItemsRequest request, int after, Connection connection, CancellationToken cancellationToken)
    {
        while (true)
        {
            ListItemsResponse page = await client.ListItemsAsync(request, connection.Unary(cancellationToken));
            Item[] rest = [.. page.Items.Where(item => item.Index > after)];
            if (rest.Length > 0 || page.NextPageToken.Length == 0)
            {
                page.Items.Clear();
                page.Items.Add(rest);
                return page;
            }

            request.PageToken = page.NextPageToken;
        }
    }
}
