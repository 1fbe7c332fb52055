using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using EasyQuant.Interop.Tests.Product;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;

namespace EasyQuant.Interop.Tests.Hostile;

/// <summary>Calls that keep to HTTP/2 and break gRPC are refused; the server library chooses the status, Unknown where it throws while it reads.</summary>
public sealed class HostileMessageTests(ProductServer server) : IClassFixture<ProductServer>
{
    private static readonly byte[] s_hello = [0, 0, 0, 0, 3, 10, 1, (byte)'a'];

    [Theory]
    [InlineData("00FFFFFFFF0A0161", StatusCode.Unknown)]
    [InlineData("007FFFFFFF0A0161", StatusCode.ResourceExhausted)]
    [InlineData("00000000640A0161", StatusCode.Internal)]
    [InlineData("0000", StatusCode.Internal)]
    [InlineData("02000000030A0161", StatusCode.Unknown)]
    [InlineData("01000000030A0161", StatusCode.Internal)]
    [InlineData("00000000030A0161FF", StatusCode.Internal)]
    [InlineData("0000000003FFFFFF", StatusCode.Unknown)]
    [InlineData("", StatusCode.Internal)]
    public async Task Message_Broken_Refused(string body, StatusCode expected)
    {
        Assert.Equal(expected, await PostAsync(Convert.FromHexString(body)));

        await server.AssertServesAsync();
    }

    [Theory]
    [InlineData("grpc-encoding", "none-such", StatusCode.Unimplemented)]
    [InlineData("grpc-timeout", "soon", StatusCode.OK)]
    [InlineData("grpc-timeout", "99999999999999999999S", StatusCode.OK)]
    [InlineData("grpc-timeout", "-1S", StatusCode.OK)]
    public async Task Metadata_Broken_RefusedOrIgnored(string name, string value, StatusCode expected)
    {
        byte[] message = name == "grpc-encoding" ? [1, .. s_hello.AsSpan(1)] : s_hello;

        Assert.Equal(expected, await PostAsync(message, (name, value)));
    }

    [Theory]
    [InlineData("x-bytes-bin", "!!!")]
    [InlineData("x-bytes-bin", "A")]
    public async Task Metadata_BytesThatAreNotBase64_Refused(string name, string value)
    {
        StatusCode code = await PostAsync(s_hello, (name, value));

        Assert.NotEqual(StatusCode.OK, code);
        await server.AssertServesAsync();
    }

    [Fact]
    public async Task Message_GzipThatIsNone_Refused()
    {
        StatusCode code = await PostAsync([1, .. s_hello.AsSpan(1)], ("grpc-encoding", "gzip"));

        Assert.Equal(StatusCode.Unknown, code);
        await server.AssertServesAsync();
    }

    private async Task<StatusCode> PostAsync(byte[] body, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "/easyquant.interop.v1.Echo/Unary"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.Add("te", "trailers");
        request.Headers.Add(CallHeaders.InternalCredential, ProductServer.Headers.GetValue(CallHeaders.InternalCredential));
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await client.SendAsync(request, CancellationToken.None);
        await response.Content.LoadIntoBufferAsync(CancellationToken.None);
        HttpHeaders trailers = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : response.Headers;
        return (StatusCode)int.Parse(trailers.GetValues("grpc-status").Single(), CultureInfo.InvariantCulture);
    }
}
