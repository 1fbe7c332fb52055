using Grpc.AspNetCore.HealthChecks.Internal;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the health service.</summary>
public static class GrpcHealthChecksEndpointRouteBuilderExtensions
{
    /// <summary>Maps <c>grpc.health.v1.Health</c>.</summary>
    /// <param name="builder">The routes.</param>
    /// <returns>A builder for conventions of its endpoints.</returns>
    /// <exception cref="InvalidOperationException"><c>AddGrpcHealthChecks</c> has not been called.</exception>
    public static GrpcServiceEndpointConventionBuilder MapGrpcHealthChecksService(this IEndpointRouteBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(HealthService)) == false)
        {
            throw new InvalidOperationException(
                "Unable to find the required services. Add all the required services by calling "
                + "'IServiceCollection.AddGrpcHealthChecks' in the application startup code.");
        }

        return builder.MapGrpcService<HealthService>();
    }
}
