using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;

namespace Grpc.Reflection;

/// <summary>The reflection service, v1alpha. Safe for use by many threads.</summary>
public class ReflectionServiceImpl : ServerReflection.ServerReflectionBase
{
    private readonly Reflector _reflector;

    /// <summary>Makes a service over descriptors.</summary>
    /// <param name="services">The services to list, with their files and imports.</param>
    public ReflectionServiceImpl(IEnumerable<ServiceDescriptor> services) => _reflector = new Reflector(services);

    /// <summary>Answers each request in turn.</summary>
    /// <param name="requestStream">The requests.</param>
    /// <param name="responseStream">Takes the responses.</param>
    /// <param name="context">The call.</param>
    /// <returns>A task that is complete when the client has ended its requests.</returns>
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
        {
            // The messages of both versions are equal on the wire, so one implementation serves both.
            V1.ServerReflectionRequest request =
                V1.ServerReflectionRequest.Parser.ParseFrom(requestStream.Current.ToByteString());
            V1.ServerReflectionResponse response = _reflector.Answer(request);
            await responseStream.WriteAsync(ServerReflectionResponse.Parser.ParseFrom(response.ToByteString()))
                .ConfigureAwait(false);
        }
    }
}
