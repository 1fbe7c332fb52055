using EasyQuant.Interop.Tests.Fixtures;

namespace EasyQuant.Interop.Tests.Product;

/// <summary>A tool that knows no contract finds and calls everything by reflection, as an operator does with buf curl or grpcurl.</summary>
public sealed class BufCurlTests(EchoServerFixture fixture) : IClassFixture<EchoServerFixture>
{
    private static readonly string[] s_packages = ["@bufbuild/buf@1.75.0"];

    private readonly EchoServer _server = fixture.Server;

    [Theory]
    [InlineData("grpc-v1")]
    [InlineData("grpc-v1alpha")]
    public async Task Curl_ByReflection_ListsAndCalls(string reflection)
    {
        string list = await BufAsync(reflection, "--list-methods", _server.Address.ToString().TrimEnd('/'));
        string reply = await BufAsync(
            reflection, "--data", """{"text": "hello 你好"}""", new Uri(_server.Address, "/easyquant.interop.v1.Echo/Unary").ToString());
        string streamed = await BufAsync(
            reflection, "--data", """{"text": "go"}""", new Uri(_server.Address, "/easyquant.interop.v1.Echo/ServerStream").ToString());

        Assert.Contains("easyquant.interop.v1.Echo/Unary", list, StringComparison.Ordinal);
        Assert.Contains("grpc.health.v1.Health/Watch", list, StringComparison.Ordinal);
        Assert.Contains("ok:hello 你好", reply, StringComparison.Ordinal);
        Assert.Equal(3, streamed.Split("\"text\"").Length - 1);
    }

    private static async Task<string> BufAsync(string reflection, params string[] arguments)
    {
        string directory = await NodePackages.InstallAsync("buf", s_packages);
        return await PeerProcess.RunAsync(
            Path.Combine(directory, "node_modules", ".bin", "buf"),
            ["curl", "--protocol", "grpc", "--http2-prior-knowledge", "--reflect", "--reflect-protocol", reflection, .. arguments],
            new Dictionary<string, string> { ["BUF_CACHE_DIR"] = Path.Combine(directory, "cache") },
            directory,
            NodePackages.Install);
    }
}
