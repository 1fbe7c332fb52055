using EasyQuant.GrpcInterop;
using EasyQuant.GrpcInterop.Client;
using EasyQuant.GrpcInterop.Protocol;
using Grpc.Core;

namespace EasyQuant.Interop.Tests.Official;

/// <summary>The official interop cases between this project, grpc-js and grpcio over the C core, in both directions.</summary>
public sealed class InteropCaseTests(InteropPeers peers) : IClassFixture<InteropPeers>
{
    // grpc-js does not compress responses, and neither server can see whether a single message came compressed.
    private static readonly Dictionary<string, string[]> s_beyondThePeer = new()
    {
        ["own"] = [],
        ["node"] = ["client_compressed_unary", "client_compressed_streaming", "server_compressed_unary", "server_compressed_streaming"],
        ["python"] = ["client_compressed_unary", "client_compressed_streaming"],
    };

    public static IEnumerable<object[]> OfServers() =>
        s_beyondThePeer.SelectMany(peer => InteropCases.Names.Except(peer.Value).Select(name => new object[] { peer.Key, name }));

    public static IEnumerable<object[]> OfClients() =>
        new[] { "node", "python" }.SelectMany(peer => InteropCases.Names.Select(name => new object[] { peer, name }));

    [Theory]
    [MemberData(nameof(OfServers))]
    public async Task OwnClient_ServerOfThePeer_CasePasses(string peer, string name)
    {
        using InteropClient client = await peers.ClientForAsync(peer);

        await client.RunAsync(name);
    }

    [Theory]
    [MemberData(nameof(OfClients))]
    public async Task ClientOfThePeer_OwnServer_CasePasses(string peer, string name) =>
        Assert.Equal("passed", await peers.OutcomeAsync(peer, name));

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task OwnClient_GzipToTheServerOfThePeer_Inflated(string peer)
    {
        using InteropClient client = await peers.ClientForAsync(peer);
        var gzip = new Metadata { { Wire.EncodingRequest, Wire.Gzip } };

        UnaryCases.Check(await client.Test.UnaryCallAsync(UnaryCases.LargeRequest(), InteropClient.Soon(gzip, CancellationToken.None)));
        using AsyncClientStreamingCall<StreamingInputCallRequest, StreamingInputCallResponse> call =
            client.Test.StreamingInputCall(InteropClient.Soon(gzip, CancellationToken.None));
        await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Wire.Zeros(100_000) });
        await call.RequestStream.CompleteAsync();

        Assert.Equal(100_000, (await call).AggregatedPayloadSize);
    }

    [Fact]
    public async Task Program_CasePassesFailsOrIsUnknown_ExitCodeSays()
    {
        string port = peers.OwnAddress.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(0, (await RunAsync("client", "--host", "127.0.0.1", "--port", port, "--case", "empty_unary")).Code);
        (int code, string errors) = await RunAsync("client", "--port", "1", "--case=empty_unary");
        Assert.Equal(1, code);
        Assert.StartsWith("failed empty_unary: ", errors, StringComparison.Ordinal);
        (code, errors) = await RunAsync("client", "--port", port, "--case", "no_such_case");
        Assert.Equal(2, code);
        Assert.Contains("no_such_case", errors, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("server", "--port", "70000")).Code);
        Assert.Equal(2, (await RunAsync()).Code);
    }

    private static async Task<(int Code, string Errors)> RunAsync(params string[] args)
    {
        using var errors = new StringWriter();
        return (await InteropProgram.RunAsync(args, TextWriter.Null, errors), errors.ToString());
    }
}
