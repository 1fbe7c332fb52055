using System.Diagnostics;
using System.Globalization;
using System.Text;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Persistence.Streams;
using Google.Protobuf;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EasyQuant.Services.Tests.Runner.Groups;

/// <summary>What the tests of process groups share: input files, waiting, Runners in processes of their own.</summary>
internal static class GroupRuns
{
    public const int FileCount = 120;
    public const int DaysPerFile = 200;
    public const long RowCount = (long)FileCount * DaysPerFile;

    /// <summary>Stores a definition and starts it.</summary>
    public static async Task<GroupStart> StartAsync(RunnerHost host, string definition)
    {
        GroupsDefinition groups = JsonParser.Default.Parse<GroupsDefinition>(definition);
        await host.Workflow.Groups.CreateProcessSchedulerAsync(new CreateProcessSchedulerRequest { Definition = groups });
        return (await host.Workflow.Groups.StartProcessSchedulerAsync(new StartProcessSchedulerRequest { Name = groups.Name })).Start;
    }

    public static Task<GroupStart> WaitForEndAsync(RunnerHost host, GroupStart start, CancellationToken deadline) =>
        WaitAsync(host, start, one => one.State is StartState.Succeeded or StartState.Failed or StartState.Stopped, deadline);

    public static async Task WriteFilesAsync(RunnerHost host, int count = FileCount)
    {
        string folder = Path.Combine(host.Workflow.DataRoot, "files", "default", "csv");
        Directory.CreateDirectory(folder);
        for (int file = 0; file < count; file++)
        {
            var csv = new StringBuilder("symbol,date,open,high,low,close,volume,amount\n");
            var day = new DateOnly(2024, 1, 1);
            for (int i = 0; i < DaysPerFile; i++)
            {
                csv.Append(CultureInfo.InvariantCulture, $"{600000 + file}.SH,{day.AddDays(i):yyyy-MM-dd},10,11,9,{10 + ((i + file) % 7 * 0.1):0.0},1000,10500\n");
            }

            await File.WriteAllTextAsync(Path.Combine(folder, $"{600000 + file}.SH.csv"), csv.ToString());
        }
    }

    public static async Task<GroupStart> WaitAsync(RunnerHost host, GroupStart start, Func<GroupStart, bool> isReached, CancellationToken deadline)
    {
        while (true)
        {
            GroupStart now = (await host.Workflow.Groups.GetGroupStartAsync(new GetGroupStartRequest { StartId = start.StartId })).Start;
            if (isReached(now))
            {
                return now;
            }

            Assert.False(deadline.IsCancellationRequested, $"The start did not get there in time: {now}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>Keeps every consumer from counting a chunk until what is returned is disposed of; readers and reports go on.</summary>
    public static async Task<IAsyncDisposable> HoldConsumersAsync(RunnerHost host, CancellationToken cancellationToken)
    {
        // The Runner makes the schema of the project by itself.
        while (await ScalarAsync(host, "select count(*) from pg_namespace where nspname = 'data'", cancellationToken) == 0)
        {
            await Task.Delay(50, cancellationToken);
        }

        NpgsqlConnection connection = await host.Workflow.DataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, "set role eq_data_default", cancellationToken);
        await new StreamStore("data").EnsureTablesAsync(connection, cancellationToken);
        await ExecuteAsync(connection, "reset role", cancellationToken);
        await ExecuteAsync(connection, "begin; set local idle_in_transaction_session_timeout = 0; lock table data.eq_stream_seen in exclusive mode", cancellationToken);
        return connection;
    }

    /// <summary>Chunks that wait in a queue and that no consumer holds; 0 while there is no queue.</summary>
    public static async Task<uint> DepthAsync(RunnerHost host, string queue, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = new Uri(host.Settings["ConnectionStrings:messaging"]!) };
        await using IConnection connection = await factory.CreateConnectionAsync(cancellationToken);
        await using IChannel channel = await connection.CreateChannelAsync(null, cancellationToken);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue, cancellationToken)).MessageCount;
        }
        catch (OperationInterruptedException)
        {
            // Not yet there.
            return 0;
        }
    }

    /// <summary>Waits until a consumer holds at least one of the chunks of a queue, and returns when the others wait.</summary>
    public static async Task UntilHeldAsync(RunnerHost host, string queue, int chunks, CancellationToken cancellationToken)
    {
        while (await DepthAsync(host, queue, cancellationToken) >= chunks)
        {
            await Task.Delay(50, cancellationToken);
        }
    }

    /// <summary>Takes what waits in the queue and gives it back, so many times or until the broker has given it all up.</summary>
    /// <returns>Chunks that waited.</returns>
    public static async Task<int> ReturnAsync(RunnerHost host, string queue, int times, CancellationToken cancellationToken)
    {
        await using IConnection connection = await new ConnectionFactory { Uri = new Uri(host.Settings["ConnectionStrings:messaging"]!) }.CreateConnectionAsync(cancellationToken);
        await using IChannel channel = await connection.CreateChannelAsync(null, cancellationToken);
        var seen = new HashSet<string>();
        for (int round = 0; round < times; round++)
        {
            ulong last = 0;
            while (await channel.BasicGetAsync(queue, autoAck: false, cancellationToken) is { } got)
            {
                seen.Add(got.BasicProperties.MessageId!);
                last = got.DeliveryTag;
            }

            if (last == 0)
            {
                break;
            }

            await channel.BasicNackAsync(last, multiple: true, requeue: true, cancellationToken);
        }

        return seen.Count;
    }

    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<long> ScalarAsync(RunnerHost host, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = host.Workflow.DataSource.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public static Process StartRunner(RunnerHost host)
    {
        Process process = Describe(host);
        process.Start();
        return process;
    }

    public static Process StartRunnerLater(RunnerHost host, out Action start)
    {
        Process process = Describe(host);
        start = () => process.Start();
        return process;
    }

    private static Process Describe(RunnerHost host)
    {
        var start = new ProcessStartInfo("dotnet");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "EasyQuant.RunnerService.dll"));
        foreach ((string name, string? value) in host.Settings)
        {
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        start.Environment["Logging__LogLevel__Default"] = "Error";
        return new Process { StartInfo = start };
    }

    public static void Stop(Process process)
    {
        try
        {
            process.Kill();
            process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It never started, or has ended.
        }
    }
}
