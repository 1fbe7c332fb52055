using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.Testing;
using Npgsql;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>A Runner sends the definitions of its node types when Workflow does not have them, and only then.</summary>
public sealed class NodeRegistrationTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Start_TypesAreStored_SendsThemOnlyWhenTheyAreOfOtherCode()
    {
        using var log = new LogLines();
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, log: log);
        Assert.Equal(0, await CountAsync(host, "length(code_hash) <> 64 + 32"));
        await ExecuteAsync(host, "update workflow.node_definitions set update_time = '2000-01-01'");

        using var deadline = new CancellationTokenSource(s_patience);
        await host.StartRunnerAsync(deadline.Token);
        await Eventually.BecomesAsync("the answer", () => Task.FromResult(log.Texts.Count(IsStored)), count => count == 1, s_patience);
        Assert.Equal(0, await CountAsync(host, "update_time > '2000-01-01'"));

        await ExecuteAsync(host, "update workflow.node_definitions set code_hash = repeat('0', 64)");
        await host.StartRunnerAsync(deadline.Token);
        await Eventually.BecomesAsync("the definitions", () => CountAsync(host, "update_time = '2000-01-01' or code_hash = repeat('0', 64)"), count => count == 0, s_patience);
    }

    private static bool IsStored(string text) => text.StartsWith("Workflow has our ", StringComparison.Ordinal);

    private static async Task<long> CountAsync(RunnerHost host, string condition)
    {
        await using NpgsqlCommand command = host.Workflow.DataSource.CreateCommand($"select count(*) from workflow.node_definitions where {condition}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(RunnerHost host, string sql)
    {
        await using NpgsqlCommand command = host.Workflow.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
