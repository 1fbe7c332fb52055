using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.ServiceDiscovery;
using Microsoft.Extensions.ServiceDiscovery.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers service discovery.</summary>
public static class ServiceDiscoveryServiceCollectionExtensions
{
    /// <summary>Registers service discovery over the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddServiceDiscovery(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions();
        services.TryAddSingleton<ServiceEndpointResolver>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, ChannelBalancingFilter>());
        return services;
    }

    /// <summary>Registers service discovery over the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configureOptions">Chooses which schemes may be resolved.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddServiceDiscovery(
        this IServiceCollection services, Action<ServiceDiscoveryOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(configureOptions);
        return services.AddServiceDiscovery().Configure(configureOptions);
    }

    /// <summary>Chooses where endpoints stand in the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configureOptions">Names the section.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddConfigurationServiceEndpointProvider(
        this IServiceCollection services, Action<ConfigurationServiceEndpointProviderOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(configureOptions);
        return services.AddServiceDiscovery().Configure(configureOptions);
    }
}
