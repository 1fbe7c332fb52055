using Grpc.Net.ClientFactory;
using Grpc.Net.ClientFactory.Internal;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers gRPC clients.</summary>
public static class GrpcClientServiceExtensions
{
    /// <summary>Registers a client under the name of its type; its address is set elsewhere.</summary>
    /// <typeparam name="TClient">The generated client, registered as transient.</typeparam>
    /// <param name="services">The services.</param>
    /// <returns>A builder for the client's HTTP handlers, channel and interceptors.</returns>
    public static IHttpClientBuilder AddGrpcClient<TClient>(this IServiceCollection services)
        where TClient : class => services.AddGrpcClient<TClient>(typeof(TClient).Name);

    /// <summary>Registers a client under the name of its type.</summary>
    /// <typeparam name="TClient">The generated client, registered as transient.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="configureClient">Sets the address and other options.</param>
    /// <returns>A builder for the client's HTTP handlers, channel and interceptors.</returns>
    public static IHttpClientBuilder AddGrpcClient<TClient>(
        this IServiceCollection services, Action<GrpcClientFactoryOptions> configureClient)
        where TClient : class => services.AddGrpcClient<TClient>(typeof(TClient).Name, configureClient);

    /// <summary>Registers a client under the name of its type.</summary>
    /// <typeparam name="TClient">The generated client, registered as transient.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="configureClient">Sets the address and other options with the help of services.</param>
    /// <returns>A builder for the client's HTTP handlers, channel and interceptors.</returns>
    public static IHttpClientBuilder AddGrpcClient<TClient>(
        this IServiceCollection services, Action<IServiceProvider, GrpcClientFactoryOptions> configureClient)
        where TClient : class => services.AddGrpcClient<TClient>(typeof(TClient).Name, configureClient);

    /// <summary>Registers a client under a name; its address is set elsewhere.</summary>
    /// <typeparam name="TClient">The generated client, registered as transient.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="name">The name, case-sensitive.</param>
    /// <returns>A builder for the client's HTTP handlers, channel and interceptors.</returns>
    /// <exception cref="InvalidOperationException">The name is taken by another client type.</exception>
    public static IHttpClientBuilder AddGrpcClient<TClient>(this IServiceCollection services, string name)
        where TClient : class
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        GetRegistry(services).Add(name, typeof(TClient));
        services.AddOptions();
        services.AddLogging();
        services.TryAddSingleton<ChannelCache>();
        services.TryAddTransient<GrpcClientFactory, DefaultGrpcClientFactory>();
        services.AddTransient(provider => provider.GetRequiredService<GrpcClientFactory>().CreateClient<TClient>(name));

        // The channel keeps its handler for the life of the application; the default handler renews connections below it.
        return services.AddHttpClient(name).ConfigurePrimaryHttpMessageHandler((handler, _) =>
        {
            if (handler is SocketsHttpHandler sockets)
            {
                sockets.EnableMultipleHttp2Connections = true;
            }
        });
    }

    /// <summary>Registers a client under a name.</summary>
    /// <typeparam name="TClient">The generated client, registered as transient.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="name">The name, case-sensitive.</param>
    /// <param name="configureClient">Sets the address and other options.</param>
    /// <returns>A builder for the client's HTTP handlers, channel and interceptors.</returns>
    /// <exception cref="InvalidOperationException">The name is taken by another client type.</exception>
    public static IHttpClientBuilder AddGrpcClient<TClient>(
        this IServiceCollection services, string name, Action<GrpcClientFactoryOptions> configureClient)
        where TClient : class
    {
        ArgumentNullException.ThrowIfNull(configureClient);
        services.Configure(name, configureClient);
        return services.AddGrpcClient<TClient>(name);
    }

    /// <summary>Registers a client under a name.</summary>
    /// <typeparam name="TClient">The generated client, registered as transient.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="name">The name, case-sensitive.</param>
    /// <param name="configureClient">Sets the address and other options with the help of services.</param>
    /// <returns>A builder for the client's HTTP handlers, channel and interceptors.</returns>
    /// <exception cref="InvalidOperationException">The name is taken by another client type.</exception>
    public static IHttpClientBuilder AddGrpcClient<TClient>(
        this IServiceCollection services, string name, Action<IServiceProvider, GrpcClientFactoryOptions> configureClient)
        where TClient : class
    {
        ArgumentNullException.ThrowIfNull(configureClient);
        services.AddTransient<IConfigureOptions<GrpcClientFactoryOptions>>(provider =>
            new ConfigureNamedOptions<GrpcClientFactoryOptions>(name, options => configureClient(provider, options)));
        return services.AddGrpcClient<TClient>(name);
    }

    internal static ClientRegistry GetRegistry(IServiceCollection services)
    {
        if (services.FirstOrDefault(d => d.ServiceType == typeof(ClientRegistry))?.ImplementationInstance is ClientRegistry known)
        {
            return known;
        }

        var registry = new ClientRegistry();
        services.AddSingleton(registry);
        return registry;
    }
}
