using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace EasyQuant.Aspire.Tests;

/// <summary>What an AppHost can say about processes, and that each of it happens. One application of programs, without servers.</summary>
[Collection("hosting")]
public sealed class ProgramTests : IAsyncLifetime
{
    private const string SlowEnd = "slow-end";
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(6));
    private readonly string _switch = Path.Combine(Path.GetTempPath(), "eq-switch-" + Guid.NewGuid().ToString("N"));
    private DistributedApplication _app = null!;

    private CancellationToken Token => _deadline.Token;

    public async Task InitializeAsync()
    {
        // What launch settings say of a dashboard holds for the official AppHost; here none runs.
        _app = await StartAsync("--shape=programs", "--switch=" + _switch, "--ASPNETCORE_URLS=http://127.0.0.1:18888");
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        File.Delete(_switch);
        File.Delete(_switch + ".end");
        File.Delete(_switch + ".left");
        File.Delete(_switch + ".right");
        _deadline.Dispose();
    }

    [Fact]
    public async Task Programs_Described_AllOfItHappens()
    {
        await AssertCompletionAsync();
        await AssertHealthAsync();
        await AssertExplicitStartAsync();
        await AssertPressesWhileItStopsAsync();
        await AssertViteAsync();
    }

    [Fact]
    public async Task TwoApplications_AtOnce_DoNotMeet()
    {
        await using DistributedApplication second = await StartAsync("--shape=programs", "--switch=" + _switch);

        await second.ResourceNotifications.WaitForResourceHealthyAsync("web", Token);
        await _app.ResourceNotifications.WaitForResourceHealthyAsync("web", Token);

        Assert.NotEqual(_app.GetEndpoint("web"), second.GetEndpoint("web"));
        await second.StopAsync(Token);
        Assert.True(_app.ResourceNotifications.TryGetCurrentState(await IdOfAsync("web"), out ResourceEvent? web));
        Assert.Equal(KnownResourceStates.Running, web.Snapshot.State?.Text);
    }

    private async Task AssertCompletionAsync()
    {
        ResourceEvent migration = await StateAsync("migration", KnownResourceStates.Finished);
        Assert.Equal(0, migration.Snapshot.ExitCode);
        ResourceEvent after = await StateAsync("after", KnownResourceStates.Running);
        Assert.True(after.Snapshot.StartTimeStamp >= migration.Snapshot.StopTimeStamp, $"{after.Snapshot.StartTimeStamp:O} before {migration.Snapshot.StopTimeStamp:O}");
        await StateAsync("left", KnownResourceStates.Finished);
        await StateAsync("right", KnownResourceStates.Finished);
        string log = await LogOfAsync(migration.ResourceId, "migrated");
        Assert.EndsWith(": one two words north", log, StringComparison.Ordinal);
        Assert.Contains("migrated north with ", log, StringComparison.Ordinal);

        // The process gets the secret, people do not see it: not by itself and not inside of an address.
        string secret = log.Split("with ")[1].Split(':')[0];
        Assert.Equal(30, secret.Length);
        Dictionary<string, string?> shown = migration.Snapshot.EnvironmentVariables.ToDictionary(variable => variable.Name, variable => variable.Value);
        Assert.Equal(("north", "********", "tcp://user:********@server"), (shown["REGION"], shown["TOKEN"], shown["DSN"]));
        Assert.Equal("none", shown["DASHBOARD"]);

        ResourceEvent failing = await StateAsync("failing", KnownResourceStates.Exited);
        Assert.Equal(3, failing.Snapshot.ExitCode);
        await StateAsync("expects-three", KnownResourceStates.Running);
        ResourceEvent refused = await StateAsync("expects-zero", KnownResourceStates.FailedToStart);
        Assert.EndsWith("waits for 'failing', which is in state Exited with exit code 3.", await LogOfAsync(refused.ResourceId, "waits for"), StringComparison.Ordinal);
        ResourceEvent missing = await StateAsync("missing", KnownResourceStates.FailedToStart);
        Assert.EndsWith(
            "The program 'no-such-program-here' of 'missing' is not on PATH. Install it, or name it by its path.", await LogOfAsync(missing.ResourceId, "PATH"), StringComparison.Ordinal);
        await StateAsync("un-set", KnownResourceStates.ValueMissing);
        ResourceEvent unset = await StateAsync("needs-unset", KnownResourceStates.FailedToStart);
        Assert.EndsWith(
            "The parameter 'un-set' has no value. Set Parameters:un-set, for example with the environment variable Parameters__un_set.",
            await LogOfAsync(unset.ResourceId, "no value"), StringComparison.Ordinal);
    }

    private async Task AssertHealthAsync()
    {
        await _app.ResourceNotifications.WaitForResourceAsync(
            "switched", change => change.Snapshot.HealthReports.Any(report => report.Description == "The switch is off."), Token);
        await File.WriteAllTextAsync(_switch, "on", Token);
        ResourceEvent switched = await _app.ResourceNotifications.WaitForResourceHealthyAsync("switched", Token);
        Assert.Equal(["switch"], switched.Snapshot.HealthReports.Select(report => report.Name));
        Assert.Equal([("https://example.org/handbook", "Handbook")], switched.Snapshot.Urls.Select(url => (url.Url, url.DisplayProperties.DisplayName)));
    }

    private async Task AssertExplicitStartAsync()
    {
        await StateAsync("by-hand", KnownResourceStates.NotStarted);
        Assert.True((await _app.ResourceCommands.ExecuteCommandAsync("by-hand", "start", Token)).Success);
        await StateAsync("by-hand", KnownResourceStates.Running);
    }

    private async Task AssertPressesWhileItStopsAsync()
    {
        await ExecuteAsync("start");
        ResourceEvent first = await RunningAsync();
        await LogOfAsync(first.ResourceId, "up");

        // Start while the stop has not come to its end: heard, and done after it.
        Task stop = ExecuteAsync("stop");
        await StateAsync(SlowEnd, KnownResourceStates.Stopping);
        await ExecuteAsync("start");
        await File.WriteAllTextAsync(_switch + ".end", "", Token);
        await stop;
        ResourceEvent second = await RunningAsync(ProcessOf(first));

        // Two restarts at once end in one running process.
        await Task.WhenAll(ExecuteAsync("restart"), ExecuteAsync("restart"));
        await RunningAsync(ProcessOf(first), ProcessOf(second));
        await ExecuteAsync("stop");
        await StateAsync(SlowEnd, KnownResourceStates.Exited);
    }

    private async Task ExecuteAsync(string command) =>
        Assert.True((await _app.ResourceCommands.ExecuteCommandAsync(SlowEnd, command, Token)).Success);

    private Task<ResourceEvent> RunningAsync(params object?[] otherThan) => _app.ResourceNotifications.WaitForResourceAsync(
        SlowEnd, change => change.Snapshot.State?.Text == KnownResourceStates.Running && !otherThan.Contains(ProcessOf(change)), Token);

    private static object? ProcessOf(ResourceEvent change) => change.Snapshot.Properties.Single(property => property.Name == "executable.pid").Value;

    private async Task AssertViteAsync()
    {
        await StateAsync("web-installer", KnownResourceStates.Finished);
        ResourceEvent browser = await StateAsync("browser", KnownResourceStates.Running);
        using HttpClient client = _app.CreateHttpClient("web");
        string page = "";
        while (page.Length == 0)
        {
            try
            {
                page = await client.GetStringAsync(new Uri("/", UriKind.Relative), Token);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100, Token);
            }
        }

        Assert.Equal($"vite development {client.BaseAddress!.Port}", page);
        string address = client.BaseAddress.ToString().TrimEnd('/');
        Assert.EndsWith($"{address} {address}", await LogOfAsync(browser.ResourceId, address), StringComparison.Ordinal);
    }

    private async Task<DistributedApplication> StartAsync(params string[] arguments)
    {
        IDistributedApplicationTestingBuilder builder =
            await DistributedApplicationTestingBuilder.CreateAsync<Projects.EasyQuant_Aspire_FakeAppHost>(arguments, Token);
        DistributedApplication app = await builder.BuildAsync(Token);
        await app.StartAsync(Token);
        return app;
    }

    private async Task<string> IdOfAsync(string name) =>
        (await _app.ResourceNotifications.WaitForResourceAsync(name, _ => true, Token)).ResourceId;

    private Task<ResourceEvent> StateAsync(string name, string state) =>
        _app.ResourceNotifications.WaitForResourceAsync(name, change => change.Snapshot.State?.Text == state, Token);

    private async Task<string> LogOfAsync(string resourceId, string text)
    {
        await foreach (IReadOnlyList<LogLine> lines in _app.Services.GetRequiredService<ResourceLoggerService>().WatchAsync(resourceId).WithCancellation(Token))
        {
            if (lines.FirstOrDefault(line => line.Content.Contains(text, StringComparison.Ordinal)).Content is { } found)
            {
                return found;
            }
        }

        throw new InvalidOperationException($"'{text}' is not in the log of {resourceId}.");
    }
}
