using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace EasyQuant.Messaging;

/// <summary>Puts what clients of the brokers share into a service.</summary>
public static class BrokerServices
{
    /// <summary>Reads <see cref="BrokerOptions"/> from section <see cref="BrokerOptions.Section"/>; a value out of its range ends the start with the name of the setting.</summary>
    /// <param name="services">Services of the host; changed in place.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddBrokerOptions(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<BrokerOptions>().BindConfiguration(BrokerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton(provider => provider.GetRequiredService<IOptions<BrokerOptions>>().Value);
    }

    /// <summary>Adds the health check "broker": not ready while the broker takes no messages. It stands in place of the one of the client library, for which an open connection is enough.</summary>
    /// <param name="services">Services of a host that has a connection factory and <see cref="BrokerOptions"/>; changed in place.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddBrokerHealthCheck(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton(provider => new BrokerHealthCheck(
            provider.GetRequiredService<IConnectionFactory>(), provider.GetRequiredService<BrokerOptions>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHealthChecks().AddCheck<BrokerHealthCheck>("broker");
        return services;
    }
}
