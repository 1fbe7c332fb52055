using Grpc.AspNetCore.ClientFactory;
using Grpc.AspNetCore.ClientFactory.Internal;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets clients inherit from the server call that uses them.</summary>
public static class GrpcServerHttpClientBuilderExtensions
{
    /// <summary>Forwards the deadline and the cancellation of the current server call; outside of one, calls fail.</summary>
    /// <param name="builder">The client, from <c>AddGrpcClient</c>.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder EnableCallContextPropagation(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        string name = builder.Name;
        builder.Services.AddHttpContextAccessor();
        return builder.AddInterceptor(services => new ContextPropagationInterceptor(
            services.GetRequiredService<IHttpContextAccessor>(),
            services.GetRequiredService<IOptionsMonitor<GrpcContextPropagationOptions>>().Get(name)));
    }

    /// <summary>Forwards the deadline and the cancellation of the current server call.</summary>
    /// <param name="builder">The client, from <c>AddGrpcClient</c>.</param>
    /// <param name="configureOptions">Chooses what happens outside of a server call.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder EnableCallContextPropagation(
        this IHttpClientBuilder builder, Action<GrpcContextPropagationOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configureOptions);
        builder.Services.Configure(builder.Name, configureOptions);
        return builder.EnableCallContextPropagation();
    }
}
