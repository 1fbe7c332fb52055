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

        await CrashAsync(app, caller, token);

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("echo", "greet", token)).Success);
        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("caller", "stop", token)).Success);
        await app.ResourceNotifications.WaitForResourceAsync("caller", KnownResourceStates.Exited, token);
        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("caller", "start", token)).Success);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("caller", token);
        Assert.False((await app.ResourceCommands.ExecuteCommandAsync("caller", "dance", token)).Success);
    }

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
