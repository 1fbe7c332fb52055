using System.CommandLine;
using System.Globalization;
using EasyQuant.Contracts.Backtest.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SweepClient = EasyQuant.Contracts.Backtest.V1.SweepService.SweepServiceClient;

namespace EasyQuant.Cli.Remote;

/// <summary><c>eq sweeps ...</c>: creates, watches, ranks and exports sweeps on a server.</summary>
public static class SweepCommands
{
    /// <summary>Builds the command group.</summary>
    /// <returns>The group.</returns>
    public static Command Create()
    {
        Command group = new("sweeps", "Parameter sweeps on a server. / 服务器上的参数扫描。");
        group.Subcommands.Add(Start());
        group.Subcommands.Add(Watch());
        group.Subcommands.Add(Best());
        group.Subcommands.Add(Cancel());
        group.Subcommands.Add(Export());
        return group;
    }

    private static Command Start()
    {
        Argument<string> spec = new("spec") { Description = "File with a SweepSpec as JSON: backtest, axes, halving, walk_forward, per_symbol. / 扫描规格 JSON 文件。" };
        Option<bool> watch = new("--watch") { Description = "Follow the sweep to its end." };
        Command command = new("create", "Starts a sweep. / 启动扫描。") { spec, watch };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            SweepSpec read;
            try
            {
                string text = await BacktestSpecOptions.TextAsync(result.GetRequiredValue(spec), "spec", cancellationToken);
                read = BacktestSpecOptions.Parse("spec", () => SweepSpec.Parser.ParseJson(text));
            }
            catch (FormatException e)
            {
                await Console.Error.WriteLineAsync("eq: " + e.Message);
                return ExitCodes.Usage;
            }

            SweepClient client = new(connection.Channel);
            CreateSweepRequest request = new() { RequestId = Guid.CreateVersion7().ToString(), Spec = read };
            Sweep sweep = (await client.CreateSweepAsync(request, connection.Unary(cancellationToken))).Sweep;
            return result.GetValue(watch) ? await WatchAsync(client, connection, sweep.SweepId, cancellationToken) : Print(sweep, connection);
        });
        return command;
    }

    private static Command Watch()
    {
        Argument<string> id = new("sweep") { Description = "Id of the sweep." };
        Command command = new("watch", "Follows a sweep to its end. / 跟踪扫描。") { id };
        new RemoteOptions().Attach(command, (result, connection, cancellationToken) =>
            WatchAsync(new SweepClient(connection.Channel), connection, result.GetRequiredValue(id), cancellationToken));
        return command;
    }

    private static Command Best()
    {
        Argument<string> id = new("sweep") { Description = "Id of the sweep." };
        Option<string> by = new("--by") { Description = "Figure, the largest first.", DefaultValueFactory = _ => "sharpe" };
        Option<int> count = new("--count") { Description = "Most rows, 1 to 1,000.", DefaultValueFactory = _ => 10 };
        Command command = new("best", "Lists the best trials. / 列出最佳组合。") { id, by, count };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            ListSweepTrialsResponse page = await new SweepClient(connection.Channel).ListSweepTrialsAsync(
                new ListSweepTrialsRequest { SweepId = result.GetRequiredValue(id), OrderBy = result.GetRequiredValue(by), PageSize = result.GetRequiredValue(count) },
                connection.Unary(cancellationToken));
            if (connection.Json)
            {
                Connection.PrintJson(page);
                return ExitCodes.Success;
            }

            foreach (SweepTrial trial in page.Trials)
            {
                string figure = trial.Metrics?.Fields.TryGetValue(result.GetRequiredValue(by), out Value? value) == true ? StructText.Of(value) : trial.ErrorReason;
                string parameters = string.Join(", ", trial.Parameters.Fields.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}={StructText.Of(one.Value)}"));
                Console.Out.WriteLine($"{trial.Trial}\t{figure}\t{parameters}");
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Cancel()
    {
        Argument<string> id = new("sweep") { Description = "Id of the sweep." };
        Command command = new("cancel", "Cancels a sweep; finished trials stay. / 取消扫描。") { id };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) => Print(
            (await new SweepClient(connection.Channel).CancelSweepAsync(
                new CancelSweepRequest { SweepId = result.GetRequiredValue(id) }, connection.Unary(cancellationToken))).Sweep,
            connection));
        return command;
    }

    private static Command Export()
    {
        Argument<string> id = new("sweep") { Description = "Id of the sweep." };
        Argument<string> path = new("file") { Description = "File to write; its ending chooses the form: .csv, .json, .arrow or .parquet." };
        Command command = new("export", "Writes the table of all trials to a file. / 导出全部结果。") { id, path };
        new RemoteOptions().Attach(command, async (result, connection, cancellationToken) =>
        {
            string file = result.GetRequiredValue(path);
            ExportFormat format = ExportFiles.FormatOf(file);
            if (format is ExportFormat.Unspecified or ExportFormat.Html)
            {
                await Console.Error.WriteLineAsync($"eq: the file must end in .csv, .json, .arrow or .parquet, was '{file}'.");
                return ExitCodes.Usage;
            }

            using AsyncServerStreamingCall<ExportSweepResponse> call = new SweepClient(connection.Channel).ExportSweep(
                new ExportSweepRequest { SweepId = result.GetRequiredValue(id), Format = format }, connection.Streaming(cancellationToken));
            await ExportFiles.WriteAsync(file, call.ResponseStream, part => part.File.Data.Memory, cancellationToken);
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<int> WatchAsync(SweepClient client, Connection connection, string sweepId, CancellationToken cancellationToken)
    {
        Sweep? last = null;
        using AsyncServerStreamingCall<WatchSweepResponse> call = client.WatchSweep(
            new WatchSweepRequest { SweepId = sweepId }, connection.Streaming(cancellationToken));
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            last = call.ResponseStream.Current.Sweep;
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{last.State} {last.DoneCount}/{last.TrialCount}"));
        }

        if (last is not null)
        {
            Print(last, connection);
        }

        return last?.State == BacktestState.Succeeded ? ExitCodes.Success : ExitCodes.Failed;
    }

    private static int Print(Sweep sweep, Connection connection)
    {
        if (connection.Json)
        {
            Connection.PrintJson(sweep);
            return ExitCodes.Success;
        }

        Console.Out.WriteLine($"{sweep.SweepId} {sweep.Spec.Backtest.Strategy} {sweep.State} {sweep.DoneCount}/{sweep.TrialCount}, {sweep.FailedCount} failed {sweep.ErrorMessage}".TrimEnd());
        StructText.Print(sweep.Assessment, 2);
        return ExitCodes.Success;
    }
}
