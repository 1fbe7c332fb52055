using System.Net.Http.Headers;
using System.Text;
using EasyQuant.Testing;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>Server streams as server-sent events.</summary>
public sealed class EventStreamTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Stream_ThatEnds_IsEventsWithIdsAndAnEnd()
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, "/t/probes/x:watch?count=2");

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("""
            : open

            id: 1
            data: { "event": { "sequence": "1", "text": "line\nx" } }

            id: 2
            data: { "event": { "sequence": "2", "text": "line\nx" } }

            event: end
            data: {}


            """, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("2", "?count=3", "id: 3")]
    [InlineData("1", "?count=3&afterSequence=2", "id: 3")]
    public async Task Stream_WithLastEventId_GoesOnAfterIt(string lastEventId, string query, string firstId)
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, "/t/probes/x:watch" + query, headers: [("Last-Event-ID", lastEventId)]);

        string text = await response.Content.ReadAsStringAsync();
        Assert.StartsWith($": open\n\n{firstId}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_WithAForeignLastEventId_IsRefused()
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, "/t/probes/x:watch", headers: [("Last-Event-ID", "abc")]);

        await ProblemAssert.EqualAsync(response, 400, """
            {"type":"urn:easyquant:error:LAST_EVENT_ID_INVALID","title":"Bad Request","status":400,
            "detail":"Last-Event-ID must be the id of an event of this stream, was 'abc'.","code":"LAST_EVENT_ID_INVALID",
            "errors":[{"parameter":"Last-Event-ID","code":"LAST_EVENT_ID_INVALID","detail":"Last-Event-ID must be the id of an event of this stream, was 'abc'."}]}
            """);
    }

    [Fact]
    public async Task Stream_GatewayStops_EndsWithoutAnEndSoThatBrowsersComeBack()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/t/probes/endless:watch?count=1");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", host.Key);
        using HttpResponseMessage response = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() != "id: 1")
        {
        }

        Task stopped = host.StopAsync(isGateway: true);
        string rest = await reader.ReadToEndAsync();
        await stopped;
        Assert.DoesNotContain("event:", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_ThatFailsAtOnce_IsAProblemResponse()
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, "/t/probes/missing:watch");

        await ProblemAssert.EqualAsync(response, 404, """
            {"type":"urn:easyquant:error:PROBE_NOT_FOUND","title":"Not Found","status":404,"detail":"There is no probe 'missing'.","code":"PROBE_NOT_FOUND"}
            """);
    }

    [Fact]
    public async Task Stream_ThatFailsLater_EndsWithAProblemEvent()
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, "/t/probes/missing:watch?count=1");

        string text = await response.Content.ReadAsStringAsync();
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Contains("event: problem\ndata: {\"type\":\"urn:easyquant:error:PROBE_NOT_FOUND\",\"title\":\"Not Found\",\"status\":404,", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caller_ThatLeaves_CancelsTheCall()
    {
        HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, "/t/probes/endless:watch?count=1");
        using (Stream stream = await response.Content.ReadAsStreamAsync())
        {
            Assert.True(await stream.ReadAsync(new byte[10]) > 0);
        }

        response.Dispose();
        await fixture.Host.Backend.WatchCancelled.Task.WaitAsync(s_deadline);
    }

    [Fact]
    public async Task Silence_OfTheService_IsFilledWithHeartbeats()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(null, ("Gateway:Rest:HeartbeatInterval", "00:00:00.1"));
        using HttpResponseMessage response = await host.SendAsync(HttpMethod.Get, "/t/probes/endless:watch?count=1");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(), Encoding.UTF8);
        int heartbeatCount = 0;
        while (heartbeatCount < 3)
        {
            string? line = await reader.ReadLineAsync().WaitAsync(s_deadline);
            heartbeatCount += line == ": heartbeat" ? 1 : 0;
        }

        Assert.Equal(3, heartbeatCount);
    }
}
