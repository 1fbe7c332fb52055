using EasyQuant.Interop.V1;
using Google.Protobuf;

namespace EasyQuant.Interop.Tests.Fixtures;

/// <summary>Marshals the echo messages through byte arrays, as hand-written methods do.</summary>
internal static class EchoBytes
{
    internal static byte[] Write(EchoRequest request) => request.ToByteArray();

    internal static EchoRequest ReadRequest(byte[] bytes) => EchoRequest.Parser.ParseFrom(bytes);

    internal static byte[] WriteReply(EchoReply reply) => reply.ToByteArray();

    internal static EchoReply ReadReply(byte[] bytes) => EchoReply.Parser.ParseFrom(bytes);
}
