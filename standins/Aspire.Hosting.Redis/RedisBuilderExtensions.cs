using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;
using EasyQuant.LocalServers;

namespace Aspire.Hosting;

/// <summary>Adds Redis.</summary>
public static class RedisBuilderExtensions
{
    /// <summary>
    /// Adds a Redis server: the machine's own program on a private data directory, 127.0.0.1 only. The password is generated and kept unless one is
    /// given.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the resource.</param>
    /// <param name="port">Fixed port; null chooses one.</param>
    /// <param name="password">Password of the clients; null generates one, parameter <c>{name}-password</c>.</param>
    /// <returns>Its builder.</returns>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        password ??= builder.AddParameter($"{name}-password", new GenerateParameterDefault { Special = false }, secret: true, persist: true);
        var server = new RedisResource(name, password.Resource);
        var annotation = new LocalServerAnnotation(place => new RedisServer(new RedisOptions
        {
            DataDirectory = place.Directory,
            Port = place.Port,
            Password = password.Resource.Value,
        }));
        return builder.AddResource(server)
            .WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, "tcp", "tcp", port))
            .WithAnnotation(annotation);
    }
}
