using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Npgsql;

namespace EasyQuant.Aspire.Tests;

[Collection("hosting")]
public sealed class TestingBuilderTests
{
    [Fact]
    public async Task Application_UnderTest_RunsAnswersAndHealsItself()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        CancellationToken token = deadline.Token;
        IDistributedApplicationTestingBuilder builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.EasyQuant_Aspire_FakeAppHost>(token);
        await using DistributedApplication app = await builder.BuildAsync(token);
        await app.StartAsync(token);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("caller", token);

        await using (var connection = new NpgsqlConnection(await app.GetConnectionStringAsync("database", token) + ";Pooling=false"))
        {
            await connection.OpenAsync(token);
        }

        using HttpClient caller = app.CreateHttpClient("caller", "http");
        string first = await caller.GetStringAsync(new Uri("/env/services__echo__grpc__0", UriKind.Relative), token);
        string second = await caller.GetStringAsync(new Uri("/env/services__echo__grpc__1", UriKind.Relative), token);
        Assert.Equal(app.GetEndpoint("echo", "grpc").ToString().TrimEnd('/'), first);
        Assert.NotEqual(first, second);

        Assert.Equal(first, await EnvironmentAsync(caller, "ECHO_GRPC", token));
        await AssertConnectionPropertiesAsync(app, caller, token);
        await CrashAsync(app, caller, token);

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("echo", "greet", token)).Success);
        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("caller", "stop", token)).Success);
        await app.ResourceNotifications.WaitForResourceAsync("caller", KnownResourceStates.Exited, token);
        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("caller", "start", token)).Success);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("caller", token);
        Assert.False((await app.ResourceCommands.ExecuteCommandAsync("caller", "dance", token)).Success);
    }

    /// <summary>Programs that read no connection strings of .NET get the parts, and addresses in the forms that they know.</summary>
    private static async Task AssertConnectionPropertiesAsync(DistributedApplication app, HttpClient caller, CancellationToken token)
    {
        var database = new NpgsqlConnectionStringBuilder(await app.GetConnectionStringAsync("database", token));
        var messaging = new Uri((await app.GetConnectionStringAsync("messaging", token))!);
        string[] userInfo = messaging.UserInfo.Split(':');
        string server = FormattableString.Invariant($"{database.Host}:{database.Port}/{database.Database}");
        foreach ((string name, string? value) in new[]
        {
            ("DATABASE_HOST", database.Host),
            ("DATABASE_PORT", FormattableString.Invariant($"{database.Port}")),
            ("DATABASE_USERNAME", database.Username),
            ("DATABASE_PASSWORD", database.Password),
            ("DATABASE_DATABASENAME", database.Database),
            ("DATABASE_URI", $"postgresql://{database.Username}:{Uri.EscapeDataString(database.Password!)}@{server}"),
            ("DATABASE_JDBCCONNECTIONSTRING", $"jdbc:postgresql://{server}"),
            ("MESSAGING_HOST", messaging.Host),
            ("MESSAGING_PORT", FormattableString.Invariant($"{messaging.Port}")),
            ("MESSAGING_USERNAME", userInfo[0]),
            ("MESSAGING_PASSWORD", Uri.UnescapeDataString(userInfo[1])),
            ("MESSAGING_URI", messaging.OriginalString),
        })
        {
            Assert.Equal((name, value), (name, await EnvironmentAsync(caller, name, token)));
        }
    }

    private static Task<string> EnvironmentAsync(HttpClient caller, string name, CancellationToken token) =>
        caller.GetStringAsync(new Uri("/env/" + name, UriKind.Relative), token);

    private static async Task CrashAsync(DistributedApplication app, HttpClient caller, CancellationToken token)
    {
        ResourceEvent before = await app.ResourceNotifications.WaitForResourceHealthyAsync("caller", token);
        using var post = new HttpRequestMessage(HttpMethod.Post, "/crash");
        await Assert.ThrowsAsync<HttpRequestException>(() => caller.SendAsync(post, token));
        await app.ResourceNotifications.WaitForResourceAsync("caller", change => ProcessOf(change) != ProcessOf(before), token);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("caller", token);
        Assert.Contains("True", await caller.GetStringAsync(new Uri("/ready/1", UriKind.Relative), token), StringComparison.Ordinal);
    }

    private static int? ProcessOf(ResourceEvent change) =>
        (int?)change.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value;
}
