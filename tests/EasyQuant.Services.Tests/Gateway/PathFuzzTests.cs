using System.Net.Sockets;
using System.Text;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>Paths that look like open ones, sent as they are written.</summary>
public sealed class PathFuzzTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private static readonly string[] s_tails =
        ["/health", "/alive", "health", ".css", "/site.css", "/openapi/v1.json", "/..;/health", "/%2e%2e/health", "/.", "//", "/", "%2fhealth", "%00", ";/health", "?/health", "#/health", ".", "%20", "\\health"];

    [Fact]
    public async Task ProtectedPath_WithAnyTail_IsNeverServedWithoutAKey()
    {
        foreach (string path in (string[])["/t/probes", "/t/probes/a", "/api/v1/runs", "/api/v1/keys", "/easyquant.run.v1.RunService/GetRun"])
        {
            foreach (string tail in s_tails)
            {
                await AssertClosedAsync(path + tail);
            }
        }
    }

    [Theory]
    [InlineData("//api/v1/runs")]
    [InlineData("/API/v1/RUNS")]
    [InlineData("/api//v1/runs")]
    [InlineData("/api%2fv1%2fruns")]
    [InlineData("/health/../api/v1/runs")]
    [InlineData("/health/..%2fapi/v1/runs")]
    [InlineData("/health%2f..%2fapi/v1/runs")]
    [InlineData("/./api/v1/runs")]
    [InlineData("/health/")]
    [InlineData("/health.")]
    [InlineData("/healthx")]
    [InlineData("/health%00")]
    [InlineData("/protos.zip/")]
    public async Task Path_ThatIsAlmostAnother_IsNeverServedWithoutAKey(string path)
    {
        if (path is "/health/" or "/protos.zip/")
        {
            // Routing forgives a trailing slash; the endpoint is the same open one.
            Assert.StartsWith("200", await StatusOfAsync(path, null), StringComparison.Ordinal);
            return;
        }

        await AssertClosedAsync(path);
    }

    [Theory]
    [InlineData("/T/probes/a", "404")]
    [InlineData("/t/PROBES/a", "404")]
    [InlineData("/t/probes/a/", "404")]
    [InlineData("/t/probes//", "404")]
    [InlineData("/t//probes/a", "404")]
    [InlineData("/t/probes/a:WATCH", "404")]
    [InlineData("/t/probes/a", "200")]
    public async Task Path_WithAKey_MustBeExact(string path, string status) =>
        Assert.StartsWith(status, await StatusOfAsync(path, fixture.Host.Key), StringComparison.Ordinal);

    private async Task AssertClosedAsync(string path)
    {
        string status = await StatusOfAsync(path, null);
        Assert.True(status[..3] is "401" or "400" or "404", $"{path}: {status}");
    }

    private async Task<string> StatusOfAsync(string path, string? key)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(fixture.Host.Http.BaseAddress!.Host, fixture.Host.Http.BaseAddress.Port);
        await using NetworkStream stream = client.GetStream();
        string header = key is null ? "" : $"x-api-key: {key}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}Connection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        string line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(4)) ?? "";
        return line["HTTP/1.1 ".Length..];
    }
}
