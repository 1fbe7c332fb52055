using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace EasyQuant.EndToEnd.RunScript;

/// <summary><c>./run.sh</c> as the account of the tests and, when that is root, as an ordinary user: it starts everything and leaves nothing behind.</summary>
[Collection("run.sh")]
public sealed class RunScriptTests
{
    private static readonly TimeSpan s_startDeadline = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_stopDeadline = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task RunScript_AsTheOwnUser_StartsHealthyAndLeavesNothing() => await StartAndStopAsync(user: null);

    [Fact]
    public async Task RunScript_AsAnOrdinaryUser_StartsHealthyAndLeavesNothing() =>
        await StartAndStopAsync(Environment.UserName == "root" ? "nobody" : null);

    private static async Task StartAndStopAsync(string? user)
    {
        using CancellationTokenSource deadline = new(s_startDeadline);
        string directory = Directory.CreateTempSubdirectory("eq-run-").FullName;
        string data = Path.Combine(directory, "data");
        // The servers run as other users when the script runs as root.
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        try
        {
            if (user is not null)
            {
                await Tool.RunAsync("chown", [user, directory], new Dictionary<string, string>(), directory, "install coreutils", deadline.Token);
            }

            using Process script = Start(user, data, directory);
            StringBuilder output = new();
            TaskCompletionSource healthy = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Task reading = Task.WhenAll(ReadAsync(script.StandardOutput, output, healthy), ReadAsync(script.StandardError, output, healthy));
            await Task.WhenAny(healthy.Task, reading, Task.Delay(Timeout.Infinite, deadline.Token));
            Assert.True(healthy.Task.IsCompleted, $"run.sh as {user ?? Environment.UserName} did not become healthy:\n{Text(output)}");
            await AssertServesAsync(data, deadline.Token);
            int[] ports = [.. JsonSerializer.Deserialize<Dictionary<string, int>>(await File.ReadAllTextAsync(Path.Combine(data, "ports.json"), deadline.Token))!.Values];

            // What a terminal does at Ctrl-C: the signal goes to the whole group.
            await Tool.RunAsync("kill", ["-INT", "--", $"-{script.Id}"], new Dictionary<string, string>(), "/", "install procps", deadline.Token);

            using CancellationTokenSource stopping = new(s_stopDeadline);
            await Poll.UntilAsync("the end of run.sh", () => Task.FromResult((script.HasExited, "running; its output:\n" + Text(output))), stopping.Token);
            Assert.True(script.ExitCode is 0 or 130, $"run.sh ended with {script.ExitCode}:\n{Text(output)}");
            Assert.Equal([], ProcessesOf(data));
            Assert.Equal([], ports.Where(IsOpen));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    // In a session and process group of its own.
    private static Process Start(string? user, string data, string home)
    {
        string[] asUser = user is null ? [] : ["setpriv", $"--reuid={user}", $"--regid={GroupOf(user)}", "--clear-groups"];
        ProcessStartInfo start = new("setsid", ["--wait", .. asUser, "bash", Repository.PathOf("run.sh"), "--no-dashboard", "--data", data])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (user is not null)
        {
            start.Environment["HOME"] = home;
            start.Environment["DOTNET_CLI_HOME"] = home;
            start.Environment["USER"] = user;
            start.Environment["LOGNAME"] = user;
        }

        return Process.Start(start)!;
    }

    private static string GroupOf(string user) => File.ReadLines("/etc/passwd").Select(line => line.Split(':')).First(parts => parts[0] == user)[3];

    private static async Task ReadAsync(StreamReader reader, StringBuilder output, TaskCompletionSource healthy)
    {
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
        {
            lock (output)
            {
                output.AppendLine(line);
            }

            if (line.StartsWith("Development key: ", StringComparison.Ordinal))
            {
                healthy.TrySetResult();
            }
        }
    }

    private static string Text(StringBuilder output)
    {
        lock (output)
        {
            return output.ToString();
        }
    }

    private static async Task AssertServesAsync(string data, CancellationToken cancellationToken)
    {
        Dictionary<string, string> endpoints = (await File.ReadAllLinesAsync(Path.Combine(data, "endpoints.env"), cancellationToken))
            .Select(line => line.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        Assert.Equal("true", endpoints["HEALTHY"]);
        string key = (await File.ReadAllTextAsync(Path.Combine(data, "keys", "development.key"), cancellationToken)).Trim();
        using HttpClient rest = new() { BaseAddress = new Uri(endpoints["GATEWAY_HTTP_URL"]) };
        rest.DefaultRequestHeaders.Add("x-api-key", key);
        using HttpResponseMessage nodes = await rest.GetAsync("/api/v1/nodes", cancellationToken);
        Assert.Equal(HttpStatusCode.OK, nodes.StatusCode);
        Assert.Contains("CsvLoader", await nodes.Content.ReadAsStringAsync(cancellationToken), StringComparison.Ordinal);
    }

    private static string[] ProcessesOf(string data) =>
        [.. ProcessIds().Select(id => ReadOrEmpty($"/proc/{id}/cmdline") + ReadOrEmpty($"/proc/{id}/environ")).Where(text => text.Contains(data, StringComparison.Ordinal))
            .Select(text => text.Replace('\0', ' ')[..Math.Min(200, text.Length)])];

    private static IEnumerable<int> ProcessIds() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), out int id) ? id : 0).Where(id => id > 0 && id != Environment.ProcessId);

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return string.Empty; // It has just ended.
        }
    }

    private static bool IsOpen(int port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
