using EasyQuant.GrpcInterop.Protocol;
using Grpc.Core;

namespace EasyQuant.GrpcInterop.Server;

/// <summary>Does what the requests of the test service ask for. <c>UnimplementedCall</c> is left out on purpose.</summary>
internal sealed class TestServiceImpl : TestService.TestServiceBase
{
    public override async Task<Empty> EmptyCall(Empty request, ServerCallContext context)
    {
        await EchoMetadataAsync(context, compress: false);
        return new Empty();
    }

    public override Task<SimpleResponse> CacheableUnaryCall(SimpleRequest request, ServerCallContext context) =>
        UnaryCall(request, context);

    public override async Task<SimpleResponse> UnaryCall(SimpleRequest request, ServerCallContext context)
    {
        ExpectCompressed(request.ExpectCompressed);
        await EchoMetadataAsync(context, request.ResponseCompressed?.Value == true);
        ThrowWhenAsked(request.ResponseStatus);
        return new SimpleResponse { Payload = Wire.Zeros(Size(request.ResponseSize)) };
    }

    public override async Task<StreamingInputCallResponse> StreamingInputCall(
        IAsyncStreamReader<StreamingInputCallRequest> requestStream, ServerCallContext context)
    {
        await EchoMetadataAsync(context, compress: false);
        int bytes = 0;
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            ExpectCompressed(requestStream.Current.ExpectCompressed);
            bytes += requestStream.Current.Payload?.Body.Length ?? 0;
        }

        return new StreamingInputCallResponse { AggregatedPayloadSize = bytes };
    }

    public override async Task StreamingOutputCall(
        StreamingOutputCallRequest request, IServerStreamWriter<StreamingOutputCallResponse> responseStream, ServerCallContext context)
    {
        await EchoMetadataAsync(context, WantsCompression(request));
        await AnswerAsync(request, responseStream, context);
    }

    public override async Task FullDuplexCall(
        IAsyncStreamReader<StreamingOutputCallRequest> requestStream,
        IServerStreamWriter<StreamingOutputCallResponse> responseStream,
        ServerCallContext context)
    {
        bool begun = false;
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            if (!begun)
            {
                await EchoMetadataAsync(context, WantsCompression(requestStream.Current));
                begun = true;
            }

            await AnswerAsync(requestStream.Current, responseStream, context);
        }

        if (!begun)
        {
            await EchoMetadataAsync(context, compress: false);
        }
    }

    public override async Task HalfDuplexCall(
        IAsyncStreamReader<StreamingOutputCallRequest> requestStream,
        IServerStreamWriter<StreamingOutputCallResponse> responseStream,
        ServerCallContext context)
    {
        List<StreamingOutputCallRequest> requests = [];
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            requests.Add(requestStream.Current);
        }

        await EchoMetadataAsync(context, requests.Any(WantsCompression));
        foreach (StreamingOutputCallRequest request in requests)
        {
            await AnswerAsync(request, responseStream, context);
        }
    }

    private static async Task AnswerAsync(
        StreamingOutputCallRequest request, IServerStreamWriter<StreamingOutputCallResponse> responseStream, ServerCallContext context)
    {
        ThrowWhenAsked(request.ResponseStatus);
        foreach (ResponseParameters parameters in request.ResponseParameters)
        {
            if (parameters.IntervalUs > 0)
            {
                await Task.Delay(TimeSpan.FromMicroseconds(parameters.IntervalUs), context.CancellationToken);
            }

            bool plain = parameters.Compressed is null or { Value: false };
            responseStream.WriteOptions = new WriteOptions(plain ? WriteFlags.NoCompress : 0);
            await responseStream.WriteAsync(
                new StreamingOutputCallResponse { Payload = Wire.Zeros(Size(parameters.Size)) }, context.CancellationToken);
        }
    }

    private static bool WantsCompression(StreamingOutputCallRequest request) =>
        request.ResponseParameters.Any(parameters => parameters.Compressed?.Value == true);

    // The headers leave once, so the order to compress and the echoed metadata go together.
    private static async Task EchoMetadataAsync(ServerCallContext context, bool compress)
    {
        var headers = new Metadata();
        if (context.RequestHeaders.GetValue(Wire.EchoInitial) is { } initial)
        {
            headers.Add(Wire.EchoInitial, initial);
        }

        if (context.RequestHeaders.GetValueBytes(Wire.EchoTrailing) is { } trailing)
        {
            context.ResponseTrailers.Add(Wire.EchoTrailing, trailing);
        }

        if (compress)
        {
            headers.Add(Wire.EncodingRequest, Wire.Gzip);
        }

        if (headers.Count > 0)
        {
            await context.WriteResponseHeadersAsync(headers);
        }
    }

    private static void ThrowWhenAsked(EchoStatus? status)
    {
        if (status is { Code: not 0 })
        {
            throw new RpcException(new Status((StatusCode)status.Code, status.Message));
        }
    }

    private static void ExpectCompressed(BoolValue? expected)
    {
        bool compressed = CompressionMarks.Current.Take();
        if (expected is not null && expected.Value != compressed)
        {
            throw new RpcException(new Status(
                StatusCode.InvalidArgument,
                expected.Value ? "The message should have been compressed and was not." : "The message should not have been compressed and was."));
        }
    }

    private static int Size(int size) => size >= 0
        ? size
        : throw new RpcException(new Status(StatusCode.InvalidArgument, $"The size of a response must be 0 or more, was {size}."));
}
