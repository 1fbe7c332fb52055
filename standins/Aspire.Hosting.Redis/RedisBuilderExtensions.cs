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
            Programs = place.Programs,
            Port = place.Port,
            Password = password.Resource.Value,
        }));
        return builder.AddResource(server)
            .WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, "tcp", "tcp", port))
            .WithAnnotation(annotation);
    }

    /// <summary>Keeps the data between starts. Here they always are: in the directory of the resource below the data directory, in no volume.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">Name of the volume that a container would get; not used.</param>
    /// <param name="isReadOnly">Must be false: a server writes its data.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="isReadOnly"/> is true.</exception>
    public static IResourceBuilder<RedisResource> WithDataVolume(this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return isReadOnly ? throw new ArgumentException($"The data of '{builder.Resource.Name}' cannot be read-only.", nameof(isReadOnly)) : builder;
    }
}
