using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;
using EasyQuant.LocalServers;

namespace Aspire.Hosting;

/// <summary>Adds PostgreSQL.</summary>
public static class PostgresBuilderExtensions
{
    /// <summary>
    /// Adds a PostgreSQL server: the machine's own program on a private data directory, 127.0.0.1 only. The password is generated and kept unless
    /// one is given.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the resource.</param>
    /// <param name="userName">The superuser; null means postgres.</param>
    /// <param name="password">Its password; null generates one, parameter <c>{name}-password</c>.</param>
    /// <param name="port">Fixed port; null chooses one.</param>
    /// <returns>Its builder.</returns>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        password ??= builder.AddParameter($"{name}-password", new GenerateParameterDefault { Special = false }, secret: true, persist: true);
        var server = new PostgresServerResource(name, userName?.Resource, password.Resource);
        var annotation = new LocalServerAnnotation(place => new PostgresServer(new PostgresOptions
        {
            DataDirectory = place.Directory,
            Programs = place.Programs,
            Port = place.Port,
            UserName = server.UserName,
            Password = server.PasswordParameter.Value,
        }));
        return builder.AddResource(server)
            .WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, "tcp", "tcp", port))
            .WithAnnotation(annotation);
    }

    /// <summary>Adds a database, created when the server serves.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">Name of the resource.</param>
    /// <param name="databaseName">Name of the database; null takes the resource's.</param>
    /// <returns>Its builder.</returns>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.AddDatabase(name, database.DatabaseName);
        builder.Resource.Annotations.OfType<LocalServerAnnotation>().First().Children.Add(
            (database, (server, cancellationToken) => ((PostgresServer)server).CreateDatabaseAsync(database.DatabaseName, cancellationToken)));
        return builder.ApplicationBuilder.AddResource(database).WithAnnotation(new ResourceRelationshipAnnotation(builder.Resource, "Parent"));
    }

    /// <summary>Keeps the data between starts. Here they always are: in the directory of the resource below the data directory, in no volume.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">Name of the volume that a container would get; not used.</param>
    /// <param name="isReadOnly">Must be false: a server writes its data.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="isReadOnly"/> is true.</exception>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return isReadOnly ? throw new ArgumentException($"The data of '{builder.Resource.Name}' cannot be read-only.", nameof(isReadOnly)) : builder;
    }
}
