using EasyQuant.Interop.Tests.Fixtures;
using EasyQuant.Interop.Tests.Product;
using EasyQuant.Interop.V1;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EasyQuant.Interop.Tests.Load;

/// <summary>Many calls at once, with the listeners and the client that services have.</summary>
[Collection(AloneCollection.Name)]
public sealed class LoadTests(ProductServer server) : IClassFixture<ProductServer>
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Streams_ThousandAtOnce_EachAnswersWhileAllAreOpen()
    {
        using IHost caller = server.CreateCaller();
        var client = caller.Services.GetRequiredService<Echo.EchoClient>();
        AsyncDuplexStreamingCall<EchoRequest, EchoReply>[] calls =
            [.. Enumerable.Range(0, 1000).Select(_ => client.Duplex(deadline: DateTime.UtcNow + s_limit))];
        try
        {
            string[] first = await Task.WhenAll(calls.Select((call, i) => AskAsync(call, $"a{i}")));
            // All of them answered once, so all are open now.
            string[] second = await Task.WhenAll(calls.Select((call, i) => AskAsync(call, $"b{i}")));
            await Task.WhenAll(calls.Select(call => call.RequestStream.CompleteAsync()));
            bool[] more = await Task.WhenAll(calls.Select(call => call.ResponseStream.MoveNext()));

            Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"e:a{i}"), first);
            Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"e:b{i}"), second);
            Assert.DoesNotContain(true, more);
        }
        finally
        {
            Array.ForEach(calls, call => call.Dispose());
        }
    }

    [Theory]
    [InlineData(64 * 1024, 64, 30)]
    [InlineData(GrpcExtensions.MessageBytesMax - 1024, 16, 3)]
    public async Task LargeMessages_ManyAtOnceOnOneConnection_NoStall(int bytes, int inFlight, int rounds)
    {
        // The defaults of a foreign client, with windows of 64 KiB, and those of our own.
        foreach (int window in new[] { 65535, 1024 * 1024 })
        {
            using GrpcChannel channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions
            {
                HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = false, InitialHttp2StreamWindowSize = window, UseProxy = false },
                DisposeHttpClient = true,
            });
            var client = new Echo.EchoClient(channel);
            var request = new EchoRequest { Text = "a", Payload = ByteString.CopyFrom(new byte[bytes]) };

            int[] lengths = await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
            {
                int total = 0;
                for (int round = 0; round < rounds; round++)
                {
                    EchoReply reply = await client.UnaryAsync(request, ProductServer.Headers, DateTime.UtcNow + s_limit);
                    total += reply.Payload.Length;
                }

                return total;
            }));

            Assert.All(lengths, length => Assert.Equal(bytes * rounds, length));
        }
    }

    private static async Task<string> AskAsync(AsyncDuplexStreamingCall<EchoRequest, EchoReply> call, string text)
    {
        await call.RequestStream.WriteAsync(new EchoRequest { Text = text });
        Assert.True(await call.ResponseStream.MoveNext());
        return call.ResponseStream.Current.Text;
    }
}
