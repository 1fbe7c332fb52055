using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Testing;
using Grpc.Core;
using static EasyQuant.Services.Tests.Runner.Groups.GroupRuns;

namespace EasyQuant.Services.Tests.Runner.Groups;

public sealed class GroupBrokerTests(TestServersFixture fixture, RedisFixture redis) : IClassFixture<TestServersFixture>, IClassFixture<RedisFixture>
{
    private static readonly string s_definition = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "samples", "groups", "readers-and-processors.json"))
        .Replace("\"mqType\": \"rabbitmq\"", "\"mqType\": \"redis\"", StringComparison.Ordinal);

    [Theory]
    [InlineData("runners")]
    [InlineData("processes")]
    public async Task Redis_ReadersAndProcessors_EveryRowOnce(string placement)
    {
        await using RunnerHost host = await RunnerHost.StartAsync(
            fixture.Servers, settings: new Dictionary<string, string?> { ["ConnectionStrings:redis"] = redis.ConnectionString }, lease: "00:00:20");
        await WriteFilesAsync(host, 40);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        GroupStart start = await StartAsync(host, s_definition.Replace("\"shards\": 8", $"\"shards\": 8, \"placement\": \"{placement}\"", StringComparison.Ordinal));
        GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
        Assert.True(ended.State == StartState.Succeeded, ended.ToString());
        Assert.Equal(40L * DaysPerFile, await ScalarAsync(host, "select count(*) from data.factors", deadline.Token));
        Assert.Equal(40L * DaysPerFile, await ScalarAsync(host, "select count(*) from (select distinct symbol, trading_date from data.factors) as k", deadline.Token));
        Assert.Equal([40L * DaysPerFile, 40L * DaysPerFile], ended.Groups.Select(group => group.Sums.RowCount));
    }

    [Fact]
    public async Task Redis_NotConfigured_TheStartFailsAndNamesTheSetting()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers);
        await WriteFilesAsync(host, 1);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        GroupStart ended = await WaitForEndAsync(host, await StartAsync(host, s_definition), deadline.Token);
        Assert.Equal(StartState.Failed, ended.State);
        Assert.Contains("ConnectionStrings:redis", ended.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redis_Away_TheReplicaSaysWhatItWaitsFor()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, settings: new Dictionary<string, string?> { ["ConnectionStrings:redis"] = "127.0.0.1:1" });
        await WriteFilesAsync(host, 1);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        GroupStart start = await WaitAsync(host, await StartAsync(host, s_definition), one => one.Groups[0].Runs.Count > 0, deadline.Token);
        using AsyncServerStreamingCall<WatchRunResponse> call = host.Workflow.Runs.WatchRun(new WatchRunRequest { RunId = start.Groups[0].Runs[0].RunId }, cancellationToken: deadline.Token);
        RunEvent? said = null;
        while (said is not { Type: "step.progressed" } && await call.ResponseStream.MoveNext(deadline.Token))
        {
            said = call.ResponseStream.Current.Event;
        }

        Assert.Contains("The broker is away (Redis cannot be reached", said!.Message, StringComparison.Ordinal);
        Assert.Equal(StartState.Running, (await host.Workflow.Groups.GetGroupStartAsync(new GetGroupStartRequest { StartId = start.StartId })).Start.State);
    }

    [Fact]
    public async Task Redis_AddressMalformed_TheRunnerDoesNotStart()
    {
        Exception thrown = await Assert.ThrowsAnyAsync<Exception>(() => RunnerHost.StartAsync(
            fixture.Servers, settings: new Dictionary<string, string?> { ["ConnectionStrings:redis"] = "127.0.0.1,colour=blue" }));
        Assert.Contains("ConnectionStrings:redis", thrown.Message, StringComparison.Ordinal);
    }
}
