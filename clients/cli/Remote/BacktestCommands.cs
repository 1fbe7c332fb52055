using System.CommandLine;
using System.Globalization;
using EasyQuant.Contracts.Backtest.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Spectre.Console;
using BacktestClient = EasyQuant.Contracts.Backtest.V1.BacktestService.BacktestServiceClient;

namespace EasyQuant.Cli.Remote;

/// <summary><c>eq backtests ...</c>: creates, lists, watches and exports backtests on a server.</summary>
public static class BacktestCommands
{
    /// <summary>Builds the command group.</summary>
    /// <returns>The group.</returns>
    public static Command Create()
    {
        Command group = new("backtests", "Backtests on a server. / 服务器上的回测。");
        group.Subcommands.Add(Start());
        group.Subcommands.Add(List());
        group.Subcommands.Add(Show());
        group.Subcommands.Add(Watch());
        group.Subcommands.Add(Cancel());
        group.Subcommands.Add(Rerun());
        group.Subcommands.Add(AddRuleBook());
        group.Subcommands.Add(Export());
        return group;
    }

    private static Command Start()
    {
        Argument<string?> strategy = new("strategy") { Description = "Name of a shipped strategy, or of your own with --source; default: that of --spec.", Arity = ArgumentArity.ZeroOrOne };
        BacktestSpecOptions options = new();
        Option<bool> watch = new("--watch") { Description = "Follow the backtest to its end." };
        Command command = new("create", "Starts a backtest. / 启动回测。") { strategy, watch };
        options.AddTo(command);
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            BacktestSpec spec;
            try
            {
                spec = await options.ReadAsync(result, result.GetValue(strategy), cancellationToken);
            }
            catch (FormatException e)
            {
                await Console.Error.WriteLineAsync("eq: " + e.Message);
                return ExitCodes.Usage;
            }

            BacktestClient client = new(connection.Channel);
            CreateBacktestRequest request = new() { RequestId = Guid.CreateVersion7().ToString(), Spec = spec };
            Backtest backtest = (await client.CreateBacktestAsync(request, connection.Unary(cancellationToken))).Backtest;
            return result.GetValue(watch)
                ? await WatchAsync(client, connection, backtest.BacktestId, cancellationToken)
                : Print(backtest, connection);
        });
        return command;
    }

    private static Command List()
    {
        Option<string> strategy = new("--strategy") { Description = "Keeps backtests of this strategy.", DefaultValueFactory = _ => string.Empty };
        Option<int> count = new("--count") { Description = "Most rows, 1 to 500.", DefaultValueFactory = _ => 20 };
        Command command = new("list", "Lists backtests, newest first. / 列出回测。") { strategy, count };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            ListBacktestsRequest request = new() { Strategy = result.GetRequiredValue(strategy), PageSize = result.GetRequiredValue(count) };
            ListBacktestsResponse page = await new BacktestClient(connection.Channel).ListBacktestsAsync(request, connection.Unary(cancellationToken));
            if (connection.Json)
            {
                Connection.PrintJson(page);
                return ExitCodes.Success;
            }

            Spectre.Console.Table table = new() { Border = TableBorder.Simple };
            table.AddColumns("backtest", "strategy", "state", "final equity", "sharpe", "deflated", "trials", "created");
            foreach (Backtest backtest in page.Backtests)
            {
                table.AddRow(
                    backtest.BacktestId, Markup.Escape(backtest.Spec.Strategy), backtest.State.ToString(), Figure(backtest.Metrics, "final_equity"), Figure(backtest.Metrics, "sharpe"),
                    Figure(backtest.Trials, "deflated_sharpe"), Figure(backtest.Trials, "trial_count"),
                    backtest.CreateTime.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            }

            AnsiConsole.Write(table);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Show()
    {
        Argument<string> id = new("backtest") { Description = "Id of the backtest." };
        Command command = new("show", "Shows a backtest. / 查看回测。") { id };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) => Print(
            (await new BacktestClient(connection.Channel).GetBacktestAsync(
                new GetBacktestRequest { BacktestId = result.GetRequiredValue(id) }, connection.Unary(cancellationToken))).Backtest,
            connection));
        return command;
    }

    private static Command Watch()
    {
        Argument<string> id = new("backtest") { Description = "Id of the backtest." };
        Command command = new("watch", "Follows a backtest to its end. / 跟踪回测。") { id };
        new RemoteOptions().Attach(command, (result, connection, cancellationToken) =>
            WatchAsync(new BacktestClient(connection.Channel), connection, result.GetRequiredValue(id), cancellationToken));
        return command;
    }

    private static Command Cancel()
    {
        Argument<string> id = new("backtest") { Description = "Id of the backtest." };
        Command command = new("cancel", "Cancels a backtest. / 取消回测。") { id };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) => Print(
            (await new BacktestClient(connection.Channel).CancelBacktestAsync(
                new CancelBacktestRequest { BacktestId = result.GetRequiredValue(id) }, connection.Unary(cancellationToken))).Backtest,
            connection));
        return command;
    }

    private static Command Rerun()
    {
        Argument<string> id = new("backtest") { Description = "Id of the backtest." };
        Argument<string> book = new("rule-book") { Description = "Version of the rule book. / 规则库版本。" };
        Option<bool> watch = new("--watch") { Description = "Follow the backtest to its end." };
        Command command = new("rerun", "Runs a backtest again under another rule book. / 以另一规则库重跑。") { id, book, watch };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            BacktestClient client = new(connection.Channel);
            RerunBacktestRequest request = new()
            {
                BacktestId = result.GetRequiredValue(id), RuleBook = result.GetRequiredValue(book), RequestId = Guid.CreateVersion7().ToString(),
            };
            Backtest backtest = (await client.RerunBacktestAsync(request, connection.Unary(cancellationToken))).Backtest;
            return result.GetValue(watch)
                ? await WatchAsync(client, connection, backtest.BacktestId, cancellationToken)
                : Print(backtest, connection);
        });
        return command;
    }

    private static Command AddRuleBook()
    {
        Argument<string> path = new("file") { Description = "JSON file of the rule book. / 规则库 JSON 文件。" };
        Command command = new("add-rules", "Adds a rule book to the project. / 添加规则库。") { path };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            try
            {
                string json = await BacktestSpecOptions.TextAsync(result.GetRequiredValue(path), "file", cancellationToken);
                RuleBook book = (await new BacktestClient(connection.Channel).CreateRuleBookAsync(
                    new CreateRuleBookRequest { Json = json }, connection.Unary(cancellationToken))).RuleBook;
                Console.Out.WriteLine($"{book.Version} {book.RuleCount} rules");
                return ExitCodes.Success;
            }
            catch (FormatException e)
            {
                await Console.Error.WriteLineAsync("eq: " + e.Message);
                return ExitCodes.Usage;
            }
        });
        return command;
    }

    private static Command Export()
    {
        Argument<string> id = new("backtest") { Description = "Id of the backtest." };
        Argument<string> path = new("file") { Description = "File to write; its ending chooses the form: .csv, .json, .html, .arrow or .parquet." };
        Option<string> table = new("--table") { Description = "Table of a CSV, Arrow or Parquet file, for example equity, trades, fills.", DefaultValueFactory = _ => "equity" };
        Option<string> language = new("--language") { Description = "Language of a tear sheet: en or zh.", DefaultValueFactory = _ => "en" };
        Option<bool> redUp = new("--red-up") { Description = "Gains in red, as in China." };
        Command command = new("export", "Writes a result to a file. / 导出结果。") { id, path, table, language, redUp };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            string file = result.GetRequiredValue(path);
            ExportFormat format = ExportFiles.FormatOf(file);
            if (format == ExportFormat.Unspecified)
            {
                await Console.Error.WriteLineAsync($"eq: the file must end in .csv, .json, .html, .arrow or .parquet, was '{file}'.");
                return ExitCodes.Usage;
            }

            ExportBacktestRequest request = new()
            {
                BacktestId = result.GetRequiredValue(id), Format = format, Table = result.GetRequiredValue(table),
                Language = result.GetRequiredValue(language), RedUp = result.GetValue(redUp),
            };
            using AsyncServerStreamingCall<ExportBacktestResponse> call =
                new BacktestClient(connection.Channel).ExportBacktest(request, connection.Streaming(cancellationToken));
            await ExportFiles.WriteAsync(file, call.ResponseStream, part => part.File.Data.Memory, cancellationToken);
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<int> WatchAsync(BacktestClient client, Connection connection, string backtestId, CancellationToken cancellationToken)
    {
        Backtest? last = null;
        using AsyncServerStreamingCall<WatchBacktestResponse> call = client.WatchBacktest(
            new WatchBacktestRequest { BacktestId = backtestId }, connection.Streaming(cancellationToken));
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            last = call.ResponseStream.Current.Backtest;
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{last.State} {last.Progress:P0}"));
        }

        if (last is not null)
        {
            Print(last, connection);
        }

        return last?.State == BacktestState.Succeeded ? ExitCodes.Success : ExitCodes.Failed;
    }

    private static int Print(Backtest backtest, Connection connection)
    {
        if (connection.Json)
        {
            Connection.PrintJson(backtest);
            return ExitCodes.Success;
        }

        Console.Out.WriteLine($"{backtest.BacktestId} {backtest.Spec.Strategy} {backtest.State} {backtest.ErrorMessage}".TrimEnd());
        StructText.Print(backtest.Metrics, 2);
        if (backtest.Trials is not null)
        {
            Console.Out.WriteLine("  trials of the family and window when it ended, this one included / 结束时同族同窗口试验（含本次）:");
            StructText.Print(backtest.Trials, 4);
        }

        return ExitCodes.Success;
    }

    private static string Figure(Struct? figures, string name) =>
        figures?.Fields.TryGetValue(name, out Value? value) == true ? Markup.Escape(StructText.Of(value)) : "";
}
