using EasyQuant.Gateway.Auth;
using EasyQuant.Testing;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>Rates, concurrency and what happens when keys cannot be checked, on a clock that the test moves.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task Key_AboveItsRate_WaitsAsLongAsTold()
    {
        var time = Clock();
        await using GatewayHost host = await GatewayHost.StartAsync(time, ("Gateway:Limits:CallsPerSecond", "1"), ("Gateway:Limits:CallBurst", "2"));
        string other = host.Keys.Add("default", null, false, KeyScope.Read);

        Assert.Equal(200, await StatusAsync(host, host.Key));
        Assert.Equal(200, await StatusAsync(host, host.Key));
        using HttpResponseMessage refused = await host.SendAsync(HttpMethod.Get, "/t/probes/a");
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        await ProblemAssert.EqualAsync(refused, 429, """
            {"type":"urn:easyquant:error:RATE_LIMITED","title":"Too Many Requests","status":429,"detail":"Too many calls; wait and try again.","code":"RATE_LIMITED"}
            """);
        Assert.Equal(200, await StatusAsync(host, other));
        using HttpClient client = new() { BaseAddress = host.GrpcAddress };
        using HttpResponseMessage grpc = await AuthMatrixTests.CallAsync(client, "/easyquant.probe.v1.ProbeService/GetProbe", host.Key);
        Assert.Equal("8", AuthMatrixTests.GrpcStatusOf(grpc));

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, await StatusAsync(host, host.Key));
        Assert.Equal(429, await StatusAsync(host, host.Key));
    }

    [Fact]
    public async Task Key_WithTooManyOpenCalls_IsRefusedUntilOneEnds()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, ("Gateway:Limits:OpenCallsMax", "1"));
        HttpResponseMessage open = await host.SendAsync(HttpMethod.Get, "/t/probes/endless:watch?count=1");
        using HttpResponseMessage refused = await host.SendAsync(HttpMethod.Get, "/t/probes/a");
        Assert.Equal(429, (int)refused.StatusCode);
        Assert.Contains("CONCURRENCY_LIMITED", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        open.Dispose();
        await host.Backend.WatchCancelled.Task.WaitAsync(TimeSpan.FromMinutes(4));
        int status = 429;
        for (int i = 0; i < 200 && status == 429; i++)
        {
            status = await StatusAsync(host, host.Key);
        }

        Assert.Equal(200, status);
    }

    [Fact]
    public async Task UnknownKeys_AboveTheirRate_AskTheDatabaseNoMore()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(Clock(), ("Gateway:Auth:UnknownKeysPerSecondMax", "1"));
        Assert.Equal(200, await StatusAsync(host, host.Key));
        var statuses = new List<int>();
        for (int i = 0; i < 10; i++)
        {
            statuses.Add(await StatusAsync(host, EasyQuant.Gateway.Auth.ApiKeyText.Create().Reveal()));
        }

        Assert.Equal([401, 401, 401, 429, 429, 429, 429, 429, 429, 429], statuses);
        Assert.Equal(4, host.Keys.FindCount);
        Assert.Equal(200, await StatusAsync(host, host.Key));
    }

    [Fact]
    public async Task Keys_ThatAreRemembered_CostNoLookupForAWhile()
    {
        var time = Clock();
        await using GatewayHost host = await GatewayHost.StartAsync(time);
        string unknown = EasyQuant.Gateway.Auth.ApiKeyText.Create().Reveal();
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(200, await StatusAsync(host, host.Key));
            Assert.Equal(401, await StatusAsync(host, unknown));
        }

        Assert.Equal(2, host.Keys.FindCount);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(200, await StatusAsync(host, host.Key));
        Assert.Equal(3, host.Keys.FindCount);
    }

    [Fact]
    public async Task Database_ThatDoesNotAnswer_KeepsKnownKeysForTwoMinutes()
    {
        var time = Clock();
        await using GatewayHost host = await GatewayHost.StartAsync(time);
        Assert.Equal(200, await StatusAsync(host, host.Key));
        host.Keys.IsDown = true;
        time.Advance(TimeSpan.FromSeconds(119));
        int findCount = host.Keys.FindCount;
        Assert.Equal(200, await StatusAsync(host, host.Key));
        Assert.Equal(200, await StatusAsync(host, host.Key));
        Assert.Equal(findCount + 1, host.Keys.FindCount);
        time.Advance(TimeSpan.FromSeconds(2));
        using HttpResponseMessage response = await host.SendAsync(HttpMethod.Get, "/t/probes/a");

        await ProblemAssert.EqualAsync(response, 503, """
            {"type":"urn:easyquant:error:AUTH_UNAVAILABLE","title":"Service Unavailable","status":503,"detail":"API keys cannot be checked now; try again.","code":"AUTH_UNAVAILABLE"}
            """);
    }

    // The gRPC client reads the real clock, so deadlines must lie in its future, however long the machine takes.
    private static FakeTime Clock() => new(TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(10));

    private static async Task<int> StatusAsync(GatewayHost host, string key)
    {
        using HttpResponseMessage response = await host.SendAsync(HttpMethod.Get, "/t/probes/a", null, key);
        return (int)response.StatusCode;
    }
}
