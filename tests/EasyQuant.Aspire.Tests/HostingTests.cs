using System.Globalization;
using EasyQuant.LocalServers;

namespace EasyQuant.Aspire.Tests;

[Collection("hosting")]
public sealed class HostingTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task AppHost_InterruptedAndStartedAgain_LeavesNothingAndKeepsItsSecrets()
    {
        // As root the AppHost keeps its rights, servers and projects get none; otherwise everything runs as the user.
        string projectUser = UnixUser.ToRunAs("easyquant", "nobody")?.Name ?? Environment.UserName;
        await RunTwiceAsync(user: null, projectUser);
    }

    [Fact]
    public async Task AppHost_AsOrdinaryUser_RunsEverythingAsThatUser()
    {
        if (UnixUser.ToRunAs("nobody") is { } user)
        {
            await RunTwiceAsync(user, user.Name);
        }
    }

    [Fact]
    public async Task AppHost_Killed_LeavesNoProcess()
    {
        using var deadline = new CancellationTokenSource(s_limit);
        await using var appHost = new AppHostProcess(user: null);
        await appHost.StartAsync(deadline.Token);
        Assert.True(appHost.Processes.Count >= 6, $"{appHost.Processes.Count} processes");

        // A second one on the same data goes away with a reason and harms nobody.
        (int exitCode, string output) = await appHost.StartSecondAsync(deadline.Token);
        Assert.Equal(1, exitCode);
        Assert.Contains("Another AppHost uses the data directory", output, StringComparison.Ordinal);
        Assert.Empty(appHost.Gone());

        await appHost.KillAsync();

        Assert.Empty(await appHost.SurvivorsAsync(TimeSpan.FromMinutes(1)));
        await appHost.StartAsync(deadline.Token);
        Assert.Equal("true", appHost.Endpoints["HEALTHY"]);
    }

    [Fact]
    public async Task AppHosts_TwoAtOnce_HaveTheirOwnPortsAndOneOutlivesTheOther()
    {
        using var deadline = new CancellationTokenSource(s_limit);
        using var client = new HttpClient();
        await using var first = new AppHostProcess(user: null);
        await using var second = new AppHostProcess(user: null);
        await Task.WhenAll(first.StartAsync(deadline.Token), second.StartAsync(deadline.Token));
        Assert.Equal(("true", "true"), (first.Endpoints["HEALTHY"], second.Endpoints["HEALTHY"]));
        Assert.Empty(first.Ports.Intersect(second.Ports));

        await first.KillAsync();

        Assert.Empty(await first.SurvivorsAsync(TimeSpan.FromMinutes(1)));
        Assert.Empty(second.Gone());
        Assert.Contains("PostgreSQL", await client.GetStringAsync($"{second.Endpoints["ECHO_HTTP_URL"]}/ready/1", deadline.Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixSignal.Term)]
    [InlineData(UnixSignal.Kill)]
    public async Task AppHost_EndsWhileAServiceIgnoresTermAndTheBrokerHangs_LeavesNothing(UnixSignal signal)
    {
        using var deadline = new CancellationTokenSource(s_limit);
        await using var appHost = new AppHostProcess(user: null);
        await appHost.StartAsync(
            deadline.Token, "--shape=stubborn", "--LocalHosting:StopTimeout=00:00:01", "--LocalHosting:ServerStopTimeout=00:00:01");
        Assert.True(appHost.Processes.Count >= 4, $"{appHost.Processes.Count} processes");
        appHost.Freeze("beam.smp");

        await appHost.EndAsync(signal);

        Assert.Empty(await appHost.SurvivorsAsync(TimeSpan.FromMinutes(1)));
        Assert.DoesNotContain(appHost.Ports, AppHostProcess.Answers);
    }

    [Fact]
    public async Task AppHost_PortTakenNoSpaceOrNoRight_SaysSoAndLeavesNothing()
    {
        using var deadline = new CancellationTokenSource(s_limit);
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        int port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        await using var appHost = new AppHostProcess(user: null);

        await AssertRefusedAsync(
            appHost, deadline.Token, FormattableString.Invariant($"Port {port} of 'listener' (endpoint 'http') is taken by another program."),
            "--shape=port", FormattableString.Invariant($"--port={port}"));
        await AssertRefusedAsync(appHost, deadline.Token, "MiB left, at least 1000000000 MiB are needed.", "--shape=port", "--port=1", "--LocalHosting:FreeMiBMin=1000000000");
        await AssertRefusedAsync(
            appHost, deadline.Token, "The data directory '/etc/passwd' cannot be made (", "--shape=port", "--port=1", "--LocalHosting:DataDirectory=/etc/passwd");
        string closed = Directory.CreateTempSubdirectory("eq-closed-").FullName;
        File.SetUnixFileMode(closed, (UnixFileMode)0b101_101_101);
        try
        {
            // Nothing is closed to root.
            await using var stranger = new AppHostProcess(UnixUser.ToRunAs("nobody"));
            await AssertRefusedAsync(
                stranger, deadline.Token, $"may not write to the data directory '{closed}/eq'", "--shape=port", "--port=1", "--LocalHosting:DataDirectory=" + closed + "/eq");
        }
        finally
        {
            Directory.Delete(closed);
        }
    }

    private static async Task AssertRefusedAsync(AppHostProcess appHost, CancellationToken cancellationToken, string reason, params string[] arguments)
    {
        (int exitCode, string output) = await appHost.StartSecondAsync(cancellationToken, arguments);
        Assert.Equal(1, exitCode);
        Assert.Contains(reason, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    private static async Task RunTwiceAsync(UnixUser? user, string projectUser)
    {
        using var deadline = new CancellationTokenSource(s_limit);
        using var client = new HttpClient();
        await using var appHost = new AppHostProcess(user);
        await appHost.StartAsync(deadline.Token);
        string echo = appHost.Endpoints["ECHO_HTTP_URL"];

        Assert.Equal(projectUser, await client.GetStringAsync($"{echo}/user", deadline.Token));
        Assert.Contains("PostgreSQL", await client.GetStringAsync($"{echo}/ready/1", deadline.Token), StringComparison.Ordinal);
        string secret = await client.GetStringAsync($"{echo}/env/SECRET", deadline.Token);
        Assert.Equal(43, secret.Length);
        Assert.Equal("", await client.GetStringAsync($"{echo}/env/ASPNETCORE_URLS", deadline.Token));

        Assert.Equal(0, await appHost.InterruptAsync());
        Assert.Empty(await appHost.SurvivorsAsync(TimeSpan.FromMinutes(1)));
        Assert.Empty(appHost.Ports.Where(AppHostProcess.Answers).Select(port => port.ToString(CultureInfo.InvariantCulture)));

        await appHost.StartAsync(deadline.Token);
        Assert.Equal("true", appHost.Endpoints["HEALTHY"]);
        Assert.Equal(echo, appHost.Endpoints["ECHO_HTTP_URL"]);
        Assert.Equal(secret, await client.GetStringAsync($"{echo}/env/SECRET", deadline.Token));
    }
}
