using EasyQuant.Contracts.Run.V1;
using EasyQuant.Testing;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>What a Runner does to give nodes a database of their own.</summary>
public sealed class ProjectDatabaseTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    [Fact]
    public async Task Runner_GivesNodesADatabase_ItsPasswordStandsInNoLog()
    {
        using var log = new LogLines();
        await using RunnerHost host = await RunnerHost.StartAsync(
            fixture.Servers,
            settings: new Dictionary<string, string?> { ["Logging:LogLevel:Npgsql.Command"] = "Debug" },
            log: log);
        await FanOutTests.WriteOneAsync(host, "one.csv");
        await host.CreateAsync(
            "save",
            """
            "nodes":[{"id":"load","type":"CsvLoader","params":{"path":"one.csv"}},{"id":"save","type":"DbSave","params":{"table":"t","mode":"append"}}],
            "edges":[{"from":"load.table","to":"save.table"}]
            """);

        Run run = await host.WaitAsync((await host.StartAsync("save")).RunId);

        // The role signs in with the password.
        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        Assert.Contains(log.Texts, text => text.Contains("login nosuperuser", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Texts, text => text.Contains(RunnerHost.DataPassword, StringComparison.Ordinal));
    }
}
