using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Secret.V1;
using EasyQuant.Samples.Orders;
using EasyQuant.Services.Tests.Runner;
using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.Services.Tests.Workers;
using EasyQuant.Testing;
using Grpc.Core;
using static EasyQuant.Services.Tests.Runner.FanOutTests;

namespace EasyQuant.Services.Tests.Secrets;

/// <summary>Runs on a Runner that send a secret to a server that wants it.</summary>
public sealed class SecretRunTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string Canary = "canary-run-51c0ffee";
    private const string Headers = """{"Authorization":{"secret":"broker","prefix":"Bearer "}}""";

    [Fact]
    public async Task Run_WithASecret_AsksTheServerAndStoresTheValueNowhere()
    {
        await using BrokerServer broker = StartBroker(Canary);
        await using RunnerHost host = await StartAsync(broker);
        await SetAsync(host, Canary, broker.Address.Authority);
        await host.CreateAsync("ask", Ask(broker));

        Run first = await host.WaitAsync((await host.StartAsync("ask")).RunId);
        await SetAsync(host, "another-value", broker.Address.Authority);
        Run refused = await host.WaitAsync((await host.StartAsync("ask")).RunId);
        await SetAsync(host, Canary, broker.Address.Authority);
        Run again = await host.WaitAsync((await host.StartAsync("ask")).RunId);

        Assert.True(first.State == RunState.Succeeded, $"{first.Error}");
        Assert.Equal("500000.00", first.Outputs.Fields["cash"].StructValue.Fields["cash"].StringValue);
        Assert.Equal((RunState.Failed, "HTTP_STATUS"), (refused.State, refused.Error?.Reason));
        Assert.True(again.State == RunState.Succeeded, $"{again.Error}");
        Assert.True(broker.RefusedCount > 0, "The other value was not sent.");
        await AssertNowhereAsync(host, Canary);
    }

    [Fact]
    public async Task Run_WithoutTheSecretOrForAnotherServer_FailsWithItsNames()
    {
        await using BrokerServer broker = StartBroker(Canary);
        await using RunnerHost host = await StartAsync(broker);
        await host.CreateAsync("ask", Ask(broker));

        Run missing = await host.WaitAsync((await host.StartAsync("ask")).RunId);
        await SetAsync(host, Canary, "api.broker.com");
        Run forbidden = await host.WaitAsync((await host.StartAsync("ask")).RunId);

        Assert.Equal(("SECRET_NOT_FOUND", "SECRET_HOST_FORBIDDEN"), (missing.Error?.Reason, forbidden.Error?.Reason));
        Assert.Contains("headers.Authorization of node 'get', secret 'broker'", missing.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("headers.Authorization of node 'get', secret 'broker'", forbidden.Error!.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), (broker.RefusedCount, broker.Orders.Count));
    }

    [Theory]
    [InlineData("threads")]
    [InlineData("processes")]
    [InlineData("remote")]
    public async Task FanOut_InEachMode_SendsTheSecret(string mode)
    {
        await using BrokerServer broker = StartBroker(Canary);
        await using RunnerHost host = await StartAsync(broker);
        await SetAsync(host, Canary, broker.Address.Authority);
        await host.CreateAsync("ask", Ask(broker, """{"name":"n","type":"integer"}"""));
        await host.CreateAsync("batch", Batch("ask", """{"n":1},{"n":2},{"n":3},{"n":4}""", $"""  "mode":"{mode}","concurrency":2  """));

        Run run = await host.WaitAsync((await host.StartAsync("batch")).RunId);

        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        Item[] items = [.. (await ListAsync(host, run)).Items];
        Assert.Equal(4, items.Length);
        Assert.All(items, item => Assert.True(item.State == ItemState.Succeeded, $"{item}"));
        Assert.Equal(0, broker.RefusedCount);
        await AssertNowhereAsync(host, Canary);
    }

    [Fact]
    public async Task FanOut_InProcessesWithoutTheSecret_SaysSoForEachItem()
    {
        await using BrokerServer broker = StartBroker(Canary);
        await using RunnerHost host = await StartAsync(broker);
        await host.CreateAsync("ask", Ask(broker, """{"name":"n","type":"integer"}"""));
        await host.CreateAsync("batch", Batch("ask", """{"n":1},{"n":2}""", """  "mode":"processes","onFailure":"continue"  """));

        Run run = await host.WaitAsync((await host.StartAsync("batch")).RunId);

        Assert.All((await ListAsync(host, run)).Items, item => Assert.Equal((ItemState.Failed, "SECRET_NOT_FOUND"), (item.State, item.Error?.Reason)));
    }

    [Fact]
    public async Task Run_OnAWorkerWithOneStreamOnly_SendsTheSecretOfItsProject()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await using BrokerServer broker = StartBroker(Canary);
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, deadline.Token);
        await SetAsync(platform.Runner, Canary, broker.Address.Authority);
        await platform.Runner.CreateAsync("ask", Ask(broker));
        TestService worker = await platform.StartWorkerAsync(
            "far", deadline.Token, new Dictionary<string, string?> { ["Runner:HttpAllowedEndpoints:0"] = broker.Address.Authority });
        await platform.AddAsync(worker, "far");

        Run sent = await platform.Runner.WaitAsync((await platform.Runner.StartAsync("ask")).RunId);
        await platform.Runner.Workflow.Secrets.DeleteSecretAsync(new DeleteSecretRequest { Name = "broker" });
        Run missing = await platform.Runner.WaitAsync((await platform.Runner.StartAsync("ask")).RunId);

        Assert.True(sent.State == RunState.Succeeded, $"{sent.Error}");
        Assert.Equal("SECRET_NOT_FOUND", missing.Error?.Reason);
        Assert.Equal(0, broker.RefusedCount);
    }

    [Fact]
    public async Task Definition_WithABadReference_IsRefusedWhenItIsStored()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers);

        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => host.CreateAsync(
            "bad",
            """
            "nodes":[{"id":"get","type":"HttpRequest","params":{"url":"https://api.broker.com/","headers":{"X-Key":{"secret":"Not A Name"}}}}]
            """));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains("secret must be the name of a secret", refused.Status.Detail, StringComparison.Ordinal);
    }

    private static string Ask(BrokerServer broker, string input = "") =>
        $$$"""
        "inputs":[{{{input}}}],"outputs":[{"name":"cash","from":"get.body"}],
        "nodes":[{"id":"get","type":"HttpRequest","params":{"url":"{{{broker.Address}}}account","timeoutSeconds":200,"headers":{{{Headers}}}}}]
        """;

    private static BrokerServer StartBroker(string token) => BrokerServer.Start(new BrokerOptions { Port = 0, Token = token });

    private Task<RunnerHost> StartAsync(BrokerServer broker) => RunnerHost.StartAsync(
        fixture.Servers,
        settings: new Dictionary<string, string?>
        {
            ["Runner:HttpAllowedEndpoints:0"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{broker.Address.Port}"), ["Runner:MaxItemProcesses"] = "2",
        },
        lease: "00:00:20");

    private static async Task SetAsync(RunnerHost host, string value, string server) =>
        await host.Workflow.Secrets.SetSecretAsync(new SetSecretRequest { Name = "broker", Value = value, Hosts = { server } });

    // What runs, steps, items, history and messages to be sent have left.
    private static async Task AssertNowhereAsync(RunnerHost host, string value)
    {
        await Plaintext.IsInNoTableAsync(host.Workflow.DataSource, value);
        await Plaintext.IsInNoFileAsync(host.Workflow.DataRoot, value);
    }
}
