using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace EasyQuant.Gateway.Rest;

/// <summary>gRPC methods made from descriptors instead of generated clients.</summary>
internal static class RpcMethods
{
    // Bounded by the number of RPCs that the contracts declare.
    private static readonly ConcurrentDictionary<MethodDescriptor, Method<IMessage, IMessage>> s_methods = new();

    /// <summary>Returns the method of a unary or server-streaming RPC.</summary>
    /// <param name="method">The RPC, from generated code.</param>
    /// <returns>The method; the same object for the same RPC.</returns>
    public static Method<IMessage, IMessage> Of(MethodDescriptor method) => s_methods.GetOrAdd(method, static m => new Method<IMessage, IMessage>(
        m.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary,
        m.Service.FullName,
        m.Name,
        Marshaller(m.InputType),
        Marshaller(m.OutputType)));

    private static Marshaller<IMessage> Marshaller(MessageDescriptor type) => Marshallers.Create<IMessage>(
        static (message, context) =>
        {
            context.SetPayloadLength(message.CalculateSize());
            message.WriteTo(context.GetBufferWriter());
            context.Complete();
        },
        context => type.Parser.ParseFrom(context.PayloadAsReadOnlySequence()));
}
