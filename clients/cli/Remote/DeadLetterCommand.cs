using System.CommandLine;
using System.Globalization;
using EasyQuant.Contracts.Group.V1;

namespace EasyQuant.Cli.Remote;

/// <summary><c>eq groups dead</c>: lists the parked chunks of a process group.</summary>
internal static class DeadLetterCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Create()
    {
        Argument<string> id = new("start") { Description = "Id of the start." };
        Argument<string> group = new("group") { Description = "Id of the group." };
        Option<int> size = new("--page-size") { Description = "Rows a page, 1 to 500. Default 50.", DefaultValueFactory = _ => 50 };
        Option<string> token = new("--page-token") { Description = "Token that the page before ended with.", DefaultValueFactory = _ => string.Empty };
        Option<string> reason = new("--reason") { Description = "Keeps those with this reason.", DefaultValueFactory = _ => string.Empty };
        Option<bool> all = new("--all") { Description = "Lists those too that a replay has consumed." };
        Command command = new("dead", "Lists the parked chunks of a group with their reasons. / 列出进程组的死信数据块。") { id, group, size, token, reason, all };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            var request = new ListDeadLettersRequest
            {
                StartId = result.GetRequiredValue(id),
                GroupId = result.GetRequiredValue(group),
                PageSize = result.GetRequiredValue(size),
                PageToken = result.GetRequiredValue(token),
                Reason = result.GetRequiredValue(reason),
                IncludeResolved = result.GetValue(all),
            };
            ListDeadLettersResponse page = await new GroupService.GroupServiceClient(connection.Channel).ListDeadLettersAsync(request, connection.Unary(cancellationToken));
            if (connection.Json)
            {
                Connection.PrintJson(page);
                return ExitCodes.Success;
            }

            foreach (DeadLetter letter in page.DeadLetters)
            {
                Console.Out.WriteLine(Line(letter));
            }

            if (page.NextPageToken.Length > 0)
            {
                Console.Out.WriteLine($"more: --page-token {page.NextPageToken}");
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static string Line(DeadLetter letter)
    {
        string position = letter.HasShard ? string.Create(CultureInfo.InvariantCulture, $"shard {letter.Shard} sequence {letter.Sequence}") : "no position";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{letter.DeadLetterId} {letter.Topic} {position} {letter.State.ToString().ToLowerInvariant()} {letter.Reason}, {letter.DeliveryCount} deliveries, {letter.ReplayCount} replays, {letter.RowCount} rows, {letter.ByteCount} bytes, {letter.LastTime.ToDateTime():yyyy-MM-ddTHH:mm:ssZ}: {letter.Detail}");
    }
}
