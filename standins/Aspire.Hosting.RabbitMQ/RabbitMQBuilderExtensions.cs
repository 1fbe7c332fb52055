using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;
using EasyQuant.LocalServers;

namespace Aspire.Hosting;

/// <summary>Adds RabbitMQ.</summary>
public static class RabbitMQBuilderExtensions
{
    /// <summary>
    /// Adds a RabbitMQ broker: the machine's own program as a private node with its own port mapper, 127.0.0.1 only. The password is generated and
    /// kept unless one is given.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the resource.</param>
    /// <param name="userName">The administrator; null means guest.</param>
    /// <param name="password">Its password; null generates one, parameter <c>{name}-password</c>.</param>
    /// <param name="port">Fixed port; null chooses one.</param>
    /// <returns>Its builder.</returns>
    public static IResourceBuilder<RabbitMQServerResource> AddRabbitMQ(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        password ??= builder.AddParameter($"{name}-password", new GenerateParameterDefault { Special = false }, secret: true, persist: true);
        var server = new RabbitMQServerResource(name, userName?.Resource, password.Resource);
        var annotation = new LocalServerAnnotation(place => new RabbitMqServer(new RabbitMqOptions
        {
            DataDirectory = place.Directory,
            Programs = place.Programs,
            Port = place.Port,
            EpmdPort = place.ExtraPort("epmd"),
            DistributionPort = place.ExtraPort("distribution"),
            ManagementPort = server.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(endpoint => endpoint.Name == "management")?.AllocatedEndpoint?.Port,
            UserName = server.UserName,
            Password = server.PasswordParameter.Value,
        }));
        return builder.AddResource(server)
            .WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, "tcp", "tcp", port))
            .WithAnnotation(annotation);
    }

    /// <summary>Switches the management plugin on, endpoint <c>management</c>.</summary>
    /// <param name="builder">The broker.</param>
    /// <returns>The same builder.</returns>
    public static IResourceBuilder<RabbitMQServerResource> WithManagementPlugin(this IResourceBuilder<RabbitMQServerResource> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, "http", "management"));
    }

    /// <summary>Keeps the data between starts. Here they always are: in the directory of the resource below the data directory, in no volume.</summary>
    /// <param name="builder">The broker.</param>
    /// <param name="name">Name of the volume that a container would get; not used.</param>
    /// <param name="isReadOnly">Must be false: a server writes its data.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="isReadOnly"/> is true.</exception>
    public static IResourceBuilder<RabbitMQServerResource> WithDataVolume(this IResourceBuilder<RabbitMQServerResource> builder, string? name = null, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return isReadOnly ? throw new ArgumentException($"The data of '{builder.Resource.Name}' cannot be read-only.", nameof(isReadOnly)) : builder;
    }
}
