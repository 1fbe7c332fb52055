using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using EasyQuant.LocalServers;

namespace EasyQuant.Aspire.Tests;

/// <summary>An AppHost in a process of its own, as a person would start it.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _output = new();
    private readonly string _directory;
    private ChildProcess? _process;
    private IReadOnlyList<int> _started = [];

    public AppHostProcess(UnixUser? user)
    {
        User = user;
        _directory = Path.Combine(Path.GetTempPath(), "eq-hosting-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(_directory);
        user?.Own(_directory);
    }

    public UnixUser? User { get; }

    /// <summary>What the AppHost has told so far.</summary>
    public string Output => string.Join('\n', _output);

    public Dictionary<string, string> Endpoints { get; private set; } = [];

    /// <summary>Processes that the AppHost started, with everything in their groups.</summary>
    public IReadOnlyList<int> Processes { get; private set; } = [];

    public IReadOnlyList<int> Ports =>
        [.. JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(Path.Combine(_directory, "ports.json")))!.Values];

    public async Task StartAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        string endpoints = Path.Combine(_directory, "endpoints.env");

        // A killed AppHost leaves its file; the next one would seem to be up at once.
        File.Delete(endpoints);
        _process = await StartProcessAsync(arguments, (line, _) => _output.Enqueue(line));
        while (!File.Exists(endpoints) || new FileInfo(endpoints).Length == 0)
        {
            if (_process.Exited.IsCompleted || cancellationToken.IsCancellationRequested)
            {
                throw new InvalidOperationException("The AppHost is not up. Its output:\n" + Output);
            }

            await Task.WhenAny(_process.Exited, Task.Delay(100, CancellationToken.None));
        }

        Endpoints = File.ReadAllLines(endpoints).Where(line => line.Contains('=')).ToDictionary(line => line[..line.IndexOf('=')], line => line[(line.IndexOf('=') + 1)..]);
        _started = ReadStarted();
        Processes = [.. _started.SelectMany(GroupOf)];
    }

    /// <summary>Processes that the AppHost started itself and that run now, by its own record; it makes none while nothing has started.</summary>
    public IReadOnlyList<int> ReadStarted() => !File.Exists(Path.Combine(_directory, "processes")) ? [] :
        [.. File.ReadAllLines(Path.Combine(_directory, "processes")).Select(line => int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture))];

    /// <summary>Returns the file with the console log of a resource.</summary>
    public string LogOf(string resourceId) => Path.Combine(_directory, "logs", resourceId + ".log");

    /// <summary>Starts another AppHost on the same data and waits for its end.</summary>
    public async Task<(int ExitCode, string Output)> StartSecondAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var output = new ConcurrentQueue<string>();
        ChildProcess process = await StartProcessAsync(arguments, (line, _) => output.Enqueue(line));
        try
        {
            return (await process.Exited.WaitAsync(cancellationToken), string.Join('\n', output));
        }
        finally
        {
            await process.StopAsync();
        }
    }

    /// <summary>Returns those processes started by the AppHost itself that have gone since; their helpers, such as a broker's <c>df</c>, come and go.</summary>
    public IReadOnlyList<int> Gone() => [.. _started.Where(id => !IsAlive(id))];

    /// <summary>Stops a process of the AppHost as a hanging disk would: it takes no signal but the last.</summary>
    public void Freeze(string name)
    {
        foreach (int id in Processes.Where(id => Name(id) == name))
        {
            Assert.Equal(0, kill(id, 19));
        }
    }

    /// <summary>Sends a signal to the AppHost and waits for its end.</summary>
    public async Task EndAsync(UnixSignal signal)
    {
        _process!.Send(signal);
        await _process.Exited;
    }

    public Task<int> InterruptAsync() => _process!.StopAsync();

    /// <summary>Kills the AppHost alone, as the out-of-memory killer would.</summary>
    public async Task KillAsync()
    {
        _process!.Send(UnixSignal.Kill);
        await _process.Exited;
    }

    /// <summary>Returns the processes that still run (zombies that nobody reaps do not) when all are gone or the time is up.</summary>
    public async Task<IReadOnlyList<string>> SurvivorsAsync(TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        while (true)
        {
            List<string> alive = [.. Processes.Where(IsAlive).Select(id => $"{id} {Name(id)}")];
            if (alive.Count == 0 || deadline.IsCancellationRequested)
            {
                return alive;
            }

            await Task.Delay(100, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.StopAsync();
        }

        try
        {
            Directory.Delete(_directory, recursive: true);
        }
        catch (IOException)
        {
            // A server that was killed may still write its last words.
        }
    }

    public static bool Answers(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private Task<ChildProcess> StartProcessAsync(string[] arguments, Action<string, bool> onLine) => ChildProcess.StartAsync(
        new ProcessSpec
        {
            FileName = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet",
            Arguments = ["exec", Path.Combine(AppContext.BaseDirectory, "EasyQuant.Aspire.FakeAppHost.dll"), "--LocalHosting:DataDirectory=" + _directory, .. arguments],
            WorkingDirectory = "/",
            User = User,
            // As launch settings would say it.
            Environment = new Dictionary<string, string?> { ["HOME"] = _directory, ["ASPNETCORE_URLS"] = "http://127.0.0.1:18888" },
            StopSignal = UnixSignal.Int,
            StopTimeout = TimeSpan.FromSeconds(60),
        },
        onLine);

    [System.Runtime.InteropServices.DllImport("libc")]
    private static extern int kill(int pid, int signal);

    private static IEnumerable<int> GroupOf(int group) =>
        Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(id => Stat(id) is { } fields && fields[2] == group.ToString(CultureInfo.InvariantCulture));

    // A zombie whose other threads are still on their way out holds its sockets: field 20 counts its threads, see proc(5).
    private static bool IsAlive(int id) => Stat(id) is { } fields && (fields[0] is not ("Z" or "X") || int.Parse(fields[17], CultureInfo.InvariantCulture) > 1);

    private static string Name(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/comm").Trim();
        }
        catch (IOException)
        {
            return "gone";
        }
    }

    private static string[]? Stat(int id)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
