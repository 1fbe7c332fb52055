using EasyQuant.GrpcInterop.Protocol;
using Grpc.Core;

namespace EasyQuant.GrpcInterop.Client;

/// <summary>Each message of a call says for itself whether it is compressed.</summary>
internal static class CompressionCases
{
    internal static async Task ClientCompressedUnaryAsync(InteropClient client)
    {
        // A peer that cannot tell the two apart would accept everything.
        await Expect.FailsAsync(
            StatusCode.InvalidArgument, () => SendAsync(client, compress: false, announce: true), "An announced compression that is missing");
        UnaryCases.Check(await SendAsync(client, compress: true, announce: true));
        UnaryCases.Check(await SendAsync(client, compress: false, announce: false));
    }

    internal static async Task ClientCompressedStreamingAsync(InteropClient client)
    {
        await Expect.FailsAsync(
            StatusCode.InvalidArgument,
            () => StreamAsync(client, (27182, Compress: false, Announce: true)),
            "An announced compression that is missing");
        int sum = await StreamAsync(client, (27182, Compress: true, Announce: true), (45904, Compress: false, Announce: false));
        Expect.Same(27182 + 45904, sum, "The sum of the sizes");
    }

    internal static async Task ServerCompressedUnaryAsync(InteropClient client)
    {
        foreach (bool compressed in new[] { true, false })
        {
            CompressionMarks marks = CompressionMarks.Begin();
            SimpleRequest request = UnaryCases.LargeRequest();
            request.ResponseCompressed = new BoolValue { Value = compressed };
            UnaryCases.Check(await client.Test.UnaryCallAsync(request, InteropClient.Soon()));
            Expect.Same(compressed, marks.Take(), "That the response came compressed");
        }
    }

    internal static async Task ServerCompressedStreamingAsync(InteropClient client)
    {
        (int Size, bool Compressed)[] responses = [(31415, true), (92653, false)];
        CompressionMarks marks = CompressionMarks.Begin();
        var request = new StreamingOutputCallRequest();
        request.ResponseParameters.AddRange(responses.Select(
            r => new ResponseParameters { Size = r.Size, Compressed = new BoolValue { Value = r.Compressed } }));
        using AsyncServerStreamingCall<StreamingOutputCallResponse> call = client.Test.StreamingOutputCall(request, InteropClient.Soon());
        foreach ((int size, bool compressed) in responses)
        {
            await StreamingCases.NextAsync(call.ResponseStream, size);
            Expect.Same(compressed, marks.Take(), $"That the response of {size} bytes came compressed");
        }

        await StreamingCases.EndAsync(call.ResponseStream);
    }

    private static Task<SimpleResponse> SendAsync(InteropClient client, bool compress, bool announce)
    {
        SimpleRequest request = UnaryCases.LargeRequest();
        request.ExpectCompressed = new BoolValue { Value = announce };
        return client.Test.UnaryCallAsync(request, InteropClient.Soon(compress ? Compressing() : null, CancellationToken.None)).ResponseAsync;
    }

    private static async Task<int> StreamAsync(InteropClient client, params (int Size, bool Compress, bool Announce)[] messages)
    {
        using AsyncClientStreamingCall<StreamingInputCallRequest, StreamingInputCallResponse> call =
            client.Test.StreamingInputCall(InteropClient.Soon(Compressing(), CancellationToken.None));
        foreach ((int size, bool compress, bool announce) in messages)
        {
            call.RequestStream.WriteOptions = new WriteOptions(compress ? 0 : WriteFlags.NoCompress);
            await call.RequestStream.WriteAsync(new StreamingInputCallRequest
            {
                Payload = Wire.Zeros(size),
                ExpectCompressed = new BoolValue { Value = announce },
            });
        }

        await call.RequestStream.CompleteAsync();
        return (await call).AggregatedPayloadSize;
    }

    private static Metadata Compressing() => new() { { Wire.EncodingRequest, Wire.Gzip } };
}
