using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace EasyQuant.EndToEnd;

/// <summary>The whole platform, run by its own AppHost on a data directory of its own. Thread-safe once started.</summary>
public sealed class PlatformHost : IAsyncDisposable
{
    private static readonly TimeSpan s_startDeadline = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan s_killDeadline = TimeSpan.FromMinutes(4);
    private readonly ConcurrentDictionary<string, ResourceEvent> _states = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly DistributedApplication _app;
    private readonly string _directory;
    private readonly Task _watching;

    private PlatformHost(DistributedApplication app, string directory)
    {
        _app = app;
        _directory = directory;
        _watching = WatchAsync();
    }

    /// <summary>Names of the services.</summary>
    public static IReadOnlyList<string> Services { get; } = ["workflow", "backtest", "monitor", "scheduler", "runner", "gateway"];

    /// <summary>REST address of the Gateway.</summary>
    public Uri Http => _app.GetEndpoint("gateway", "http");

    /// <summary>gRPC address of the Gateway.</summary>
    public Uri Grpc => _app.GetEndpoint("gateway", "grpc");

    /// <summary>Development key of the project <c>default</c>, all scopes.</summary>
    public string Key { get; private set; } = string.Empty;

    /// <summary>A directory of this instance, removed at its end.</summary>
    public string WorkDirectory => _directory;

    /// <summary>The platform's data directory.</summary>
    public string DataDirectory => Path.Combine(_directory, "data");

    public static async Task<PlatformHost> StartAsync(PlatformSettings settings)
    {
        string directory = Directory.CreateTempSubdirectory("eq-e2e-").FullName;
        // Services run as other users when the tests run as root.
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        using CancellationTokenSource deadline = new(s_startDeadline);
        IDistributedApplicationTestingBuilder builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.EasyQuant_AppHost>(
            ["--data", Path.Combine(directory, "data"), .. settings.Arguments],
            (options, _) => options.DisableDashboard = !settings.WithDashboard,
            deadline.Token);
        foreach ((string name, Func<IReadOnlyDictionary<string, string>> variables) in settings.Environment)
        {
            builder.Resources.First(resource => resource.Name == name).Annotations.Add(new EnvironmentCallbackAnnotation(context =>
            {
                foreach ((string variable, string value) in variables())
                {
                    context.EnvironmentVariables[variable] = value;
                }

                return Task.CompletedTask;
            }));
        }

        PlatformHost host = new(await builder.BuildAsync(deadline.Token), directory);
        try
        {
            await host._app.StartAsync(deadline.Token);
            foreach (string service in Services)
            {
                await host.WaitHealthyAsync(service, deadline.Token);
            }

            host.Key = (await File.ReadAllTextAsync(Path.Combine(host.DataDirectory, "keys", "development.key"), deadline.Token)).Trim();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every replica of a resource is healthy; says which was not, and how it was.</summary>
    public async Task WaitHealthyAsync(string resource, CancellationToken cancellationToken)
    {
        try
        {
            await _app.ResourceNotifications.WaitForResourceHealthyAsync(resource, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            string states = string.Join("; ", StatesOf(resource).Select(e => $"{e.ResourceId} {e.Snapshot.State?.Text} {e.Snapshot.HealthStatus}"));
            throw new TimeoutException($"Waiting for '{resource}': expected every replica healthy, was {states}. {Tail(resource)}");
        }
    }

    /// <summary>Process ids of the replicas of a resource that run now, by id of the replica.</summary>
    public IReadOnlyDictionary<string, int> Processes(string resource) => StatesOf(resource)
        .Where(e => e.Snapshot.State?.Text == KnownResourceStates.Running)
        .Select(e => (e.ResourceId, Pid: e.Snapshot.Properties.FirstOrDefault(p => p.Name == "executable.pid")?.Value))
        .Where(e => e.Pid is not null)
        .ToDictionary(e => e.ResourceId, e => Convert.ToInt32(e.Pid, CultureInfo.InvariantCulture));

    /// <summary>Kills processes as <c>kill -9</c> does.</summary>
    public static void Kill(params IEnumerable<int> processIds)
    {
        foreach (int id in processIds)
        {
            using Process process = Process.GetProcessById(id);
            process.Kill();
            process.WaitForExit(s_killDeadline);
        }
    }

    /// <summary>Starts the processes of a resource anew.</summary>
    public async Task RestartAsync(string resource, CancellationToken cancellationToken)
    {
        ExecuteCommandResult result = await _app.ResourceCommands.ExecuteCommandAsync(resource, "restart", cancellationToken);
        Assert.True(result.Success, $"'{resource}' does not restart: {result.Message}");
        await WaitHealthyAsync(resource, cancellationToken);
    }

    /// <summary>Connection string of the platform's database, as its superuser.</summary>
    public async Task<string> DatabaseAsync(CancellationToken cancellationToken) =>
        await _app.GetConnectionStringAsync("easyquant", cancellationToken) ?? throw new InvalidOperationException("The database has no connection string.");

    /// <summary>What the AppHost tells scripts: NAME=value.</summary>
    public async Task<IReadOnlyDictionary<string, string>> EndpointsAsync(CancellationToken cancellationToken)
    {
        string path = Path.Combine(DataDirectory, "endpoints.env");
        await Poll.UntilAsync("the AppHost's endpoints.env", () => Task.FromResult((File.Exists(path), "no file")), cancellationToken);
        return (await File.ReadAllLinesAsync(path, cancellationToken)).Select(line => line.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
    }

    /// <summary>What the dashboard shows of every replica: environment, and properties that are not marked as sensitive.</summary>
    public IEnumerable<(string What, string Text)> Shown() => _states.Values.SelectMany(e => e.Snapshot.EnvironmentVariables
        .Select(variable => ($"{e.ResourceId} {variable.Name}", variable.Value ?? ""))
        .Concat(e.Snapshot.Properties.Where(property => !property.IsSensitive).Select(property => ($"{e.ResourceId} {property.Name}", property.Value?.ToString() ?? ""))));

    /// <summary>Last lines of a resource's console, for the text of a failure.</summary>
    public string Tail(string resource)
    {
        string logs = Path.Combine(DataDirectory, "logs");
        IEnumerable<string> files = Directory.Exists(logs) ? Directory.EnumerateFiles(logs, resource + "*") : [];
        return string.Join('\n', files.Select(file => $"--- {Path.GetFileName(file)}\n{string.Join('\n', File.ReadLines(file).TakeLast(25))}"));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        await _app.StopAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private IEnumerable<ResourceEvent> StatesOf(string resource) => _states.Values.Where(e => e.Resource.Name == resource);

    private async Task WatchAsync()
    {
        try
        {
            await foreach (ResourceEvent change in _app.ResourceNotifications.WatchAsync(_stopping.Token))
            {
                _states[change.ResourceId] = change;
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The platform stops.
        }
    }
}
