using Grpc.AspNetCore.Server.Reflection.Internal;
using Grpc.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the reflection services.</summary>
public static class GrpcReflectionServiceExtensions
{
    /// <summary>Registers the reflection services; they describe every gRPC service that is mapped when the first call arrives.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddGrpcReflection(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(provider =>
            new ReflectionServiceImpl(MappedServices.Find(provider.GetRequiredService<EndpointDataSource>())));
        services.TryAddSingleton(provider =>
            new ReflectionV1ServiceImpl(MappedServices.Find(provider.GetRequiredService<EndpointDataSource>())));
        return services;
    }
}
