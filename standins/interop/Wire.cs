using EasyQuant.GrpcInterop.Protocol;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf;
using Grpc.Net.Compression;

namespace EasyQuant.GrpcInterop;

/// <summary>What the server and the client have in common.</summary>
internal static class Wire
{
    /// <summary>Metadata that the server sends back before the first response.</summary>
    internal const string EchoInitial = "x-grpc-test-echo-initial";

    /// <summary>Metadata that the server sends back after the last response.</summary>
    internal const string EchoTrailing = "x-grpc-test-echo-trailing-bin";

    /// <summary>Metadata that grpc-dotnet takes as the order to compress the messages of one call; it is not sent.</summary>
    internal const string EncodingRequest = "grpc-internal-encoding-request";

    /// <summary>The encoding of compressed messages.</summary>
    internal const string Gzip = "gzip";

    /// <summary>The encodings of both sides: gzip, bounded by the size limit of messages after inflating.</summary>
    internal static IList<ICompressionProvider> Providers() =>
        [new MarkingProvider(new BoundedGzipCompressionProvider(GrpcExtensions.MessageBytesMax))];

    /// <summary>A payload of zeros.</summary>
    internal static Payload Zeros(int bytes) => new() { Type = PayloadType.Compressable, Body = ByteString.CopyFrom(new byte[bytes]) };
}
