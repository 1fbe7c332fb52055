using System.Text.Json;
using EasyQuant.Interop.Tests.Fixtures;
using Grpc.Core;

namespace EasyQuant.Interop.Tests;

/// <summary>Clients of other implementations understand the server: grpc-js in JavaScript and grpcio over the C core.</summary>
public sealed class ForeignPeerTests(PeerFixture fixture) : IClassFixture<PeerFixture>
{
    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Unary_UnicodeText_Echoed(string peer)
    {
        JsonElement seen = await fixture.SeenAsync(peer, "unary");

        Assert.Equal("ok:hello 你好", seen.GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Metadata_TextAndBytes_BothWays(string peer)
    {
        JsonElement seen = await fixture.SeenAsync(peer, "metadata");

        string[] received = seen.GetProperty("text").GetString()!.Split(' ');
        Assert.Equal(["b-bin=0102FF", "x-up=v"], received.Order(StringComparer.Ordinal));
        Assert.Equal("1", seen.GetProperty("header").GetString());
        Assert.Equal("FF00", seen.GetProperty("headerBytes").GetString());
        Assert.Equal("09", seen.GetProperty("trailerBytes").GetString());
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Refusal_UnicodeDetail_CodeDetailAndTrailer(string peer)
    {
        JsonElement seen = await fixture.SeenAsync(peer, "refusal");

        AssertCode(StatusCode.NotFound, seen);
        Assert.Equal("no such ☺ 不存在", seen.GetProperty("details").GetString());
        Assert.Equal("because", seen.GetProperty("why").GetString());
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task ErrorOfAService_StatusDetails_ReadByThePeer(string peer)
    {
        JsonElement seen = await fixture.SeenAsync(peer, "details");

        AssertCode(StatusCode.InvalidArgument, seen);
        var status = Google.Rpc.Status.Parser.ParseFrom(Convert.FromHexString(seen.GetProperty("status").GetString()!));
        Assert.Equal((int)StatusCode.InvalidArgument, status.Code);
        Assert.Equal("PARAMETER_OUT_OF_RANGE", status.Details[0].Unpack<Google.Rpc.ErrorInfo>().Type);
        Assert.Equal("/period", status.Details[1].Unpack<Google.Rpc.BadRequest>().FieldViolations.Single().Field);
    }

    [Theory]
    [InlineData("node", "serverStream", StatusCode.OK, "0", "1", "2")]
    [InlineData("python", "serverStream", StatusCode.OK, "0", "1", "2")]
    [InlineData("python", "brokenStream", StatusCode.DataLoss, "0", "1")]
    [InlineData("node", "duplex", StatusCode.OK, "e:x", "e:y")]
    [InlineData("python", "duplex", StatusCode.OK, "e:x", "e:y")]
    public async Task Stream_Replies_ThenStatus(string peer, string name, StatusCode code, params string[] texts)
    {
        JsonElement seen = await fixture.SeenAsync(peer, name);

        Assert.Equal(texts, seen.GetProperty("texts").EnumerateArray().Select(text => text.GetString()));
        AssertCode(code, seen);
    }

    [Fact]
    public async Task BrokenStream_FromNode_StatusAfterTheRepliesThatItKept()
    {
        JsonElement seen = await fixture.SeenAsync("node", "brokenStream");

        // grpc-js drops what it has not delivered yet as soon as it knows of an error.
        string?[] texts = [.. seen.GetProperty("texts").EnumerateArray().Select(text => text.GetString())];
        Assert.Equal(new[] { "0", "1" }.Take(texts.Length), texts);
        AssertCode(StatusCode.DataLoss, seen);
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task ClientStream_TwoRequests_OneReply(string peer)
    {
        JsonElement seen = await fixture.SeenAsync(peer, "clientStream");

        Assert.Equal("a+b", seen.GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("node", "deadline", StatusCode.DeadlineExceeded)]
    [InlineData("python", "deadline", StatusCode.DeadlineExceeded)]
    [InlineData("node", "unimplemented", StatusCode.Unimplemented)]
    [InlineData("python", "unimplemented", StatusCode.Unimplemented)]
    [InlineData("node", "cancel", StatusCode.Cancelled)]
    [InlineData("python", "cancel", StatusCode.Cancelled)]
    public async Task Failure_Code_Arrives(string peer, string name, StatusCode code) =>
        AssertCode(code, await fixture.SeenAsync(peer, name));

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Gzip_BothWays_Inflated(string peer)
    {
        JsonElement seen = await fixture.SeenAsync(peer, "gzip");

        Assert.Equal("encoding=gzip", seen.GetProperty("text").GetString());
        Assert.Equal(1_000_000, seen.GetProperty("bytes").GetInt32());
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Health_WholeAndUnknown_ServingAndNotFound(string peer)
    {
        JsonElement seen = await fixture.SeenAsync(peer, "health");

        Assert.Equal("SERVING", seen.GetProperty("status").GetString());
        Assert.Equal((int)StatusCode.NotFound, seen.GetProperty("unknown").GetInt32());
    }

    [Fact]
    public async Task Reflection_FromNode_ServicesAndMethods()
    {
        JsonElement seen = await fixture.SeenAsync("node", "reflection");

        Assert.Contains(
            "easyquant.interop.v1.Echo", seen.GetProperty("services").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(
            ["ClientStream", "Duplex", "Retired", "ServerStream", "Unary"],
            seen.GetProperty("methods").EnumerateArray().Select(name => name.GetString()));
    }

    private static void AssertCode(StatusCode expected, JsonElement seen) =>
        Assert.Equal(expected, (StatusCode)seen.GetProperty("code").GetInt32());
}
