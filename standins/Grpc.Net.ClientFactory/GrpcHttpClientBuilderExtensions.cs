using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Net.ClientFactory;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures gRPC clients that were registered with <c>AddGrpcClient</c>; on any other builder every method fails.</summary>
public static class GrpcHttpClientBuilderExtensions
{
    /// <summary>Changes the options of the channel.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configureChannel">Changes the options with the help of services.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder ConfigureChannel(
        this IHttpClientBuilder builder, Action<IServiceProvider, GrpcChannelOptions> configureChannel)
    {
        ArgumentNullException.ThrowIfNull(configureChannel);
        return builder.Configure((services, options) =>
            options.ChannelOptionsActions.Add(channel => configureChannel(services, channel)));
    }

    /// <summary>Changes the options of the channel.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configureChannel">Changes the options.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder ConfigureChannel(
        this IHttpClientBuilder builder, Action<GrpcChannelOptions> configureChannel)
    {
        ArgumentNullException.ThrowIfNull(configureChannel);
        return builder.Configure((_, options) => options.ChannelOptionsActions.Add(configureChannel));
    }

    /// <summary>Adds an interceptor that all clients of the channel share.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configureInvoker">Makes the interceptor.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder AddInterceptor(
        this IHttpClientBuilder builder, Func<IServiceProvider, Interceptor> configureInvoker) =>
        builder.AddInterceptor(InterceptorScope.Channel, configureInvoker);

    /// <summary>Adds an interceptor.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="scope">How long it lives.</param>
    /// <param name="configureInvoker">Makes the interceptor.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder AddInterceptor(
        this IHttpClientBuilder builder, InterceptorScope scope, Func<IServiceProvider, Interceptor> configureInvoker)
    {
        ArgumentNullException.ThrowIfNull(configureInvoker);
        return builder.Configure((_, options) =>
            options.InterceptorRegistrations.Add(new InterceptorRegistration(scope, configureInvoker)));
    }

    /// <summary>Adds an interceptor that all clients of the channel share.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configureInvoker">Makes the interceptor.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder AddInterceptor(this IHttpClientBuilder builder, Func<Interceptor> configureInvoker) =>
        builder.AddInterceptor(InterceptorScope.Channel, configureInvoker);

    /// <summary>Adds an interceptor.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="scope">How long it lives.</param>
    /// <param name="configureInvoker">Makes the interceptor.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder AddInterceptor(
        this IHttpClientBuilder builder, InterceptorScope scope, Func<Interceptor> configureInvoker)
    {
        ArgumentNullException.ThrowIfNull(configureInvoker);
        return builder.AddInterceptor(scope, _ => configureInvoker());
    }

    /// <summary>Adds an interceptor from the services that all clients of the channel share.</summary>
    /// <typeparam name="TInterceptor">The interceptor, itself a registered service.</typeparam>
    /// <param name="builder">The client.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder AddInterceptor<TInterceptor>(this IHttpClientBuilder builder)
        where TInterceptor : Interceptor => builder.AddInterceptor<TInterceptor>(InterceptorScope.Channel);

    /// <summary>Adds an interceptor from the services.</summary>
    /// <typeparam name="TInterceptor">The interceptor, itself a registered service.</typeparam>
    /// <param name="builder">The client.</param>
    /// <param name="scope">How long it lives.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder AddInterceptor<TInterceptor>(this IHttpClientBuilder builder, InterceptorScope scope)
        where TInterceptor : Interceptor =>
        builder.AddInterceptor(scope, services => services.GetRequiredService<TInterceptor>());

    /// <summary>Authenticates every call.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="authInterceptor">Adds headers to a call.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder AddCallCredentials(
        this IHttpClientBuilder builder, Func<AuthInterceptorContext, Metadata, Task> authInterceptor)
    {
        ArgumentNullException.ThrowIfNull(authInterceptor);
        return builder.AddCallCredentials(
            CallCredentials.FromInterceptor((context, metadata) => authInterceptor(context, metadata)));
    }

    /// <summary>Authenticates every call.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="authInterceptor">Adds headers to a call with the help of the services of the client's scope.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder AddCallCredentials(
        this IHttpClientBuilder builder, Func<AuthInterceptorContext, Metadata, IServiceProvider, Task> authInterceptor)
    {
        ArgumentNullException.ThrowIfNull(authInterceptor);
        return builder.AddCallCredentials(call => CallCredentials.FromInterceptor(
            (context, metadata) => authInterceptor(context, metadata, call.ServiceProvider)));
    }

    /// <summary>Authenticates every call.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="credentials">The credentials.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder AddCallCredentials(this IHttpClientBuilder builder, CallCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        return builder.AddCallCredentials(_ => credentials);
    }

    /// <summary>Makes the clients by own code.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configureCreator">Makes a client with the help of services.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder ConfigureGrpcClientCreator(
        this IHttpClientBuilder builder, Func<IServiceProvider, CallInvoker, object> configureCreator)
    {
        ArgumentNullException.ThrowIfNull(configureCreator);
        return builder.Configure((services, options) => options.Creator = invoker => configureCreator(services, invoker));
    }

    /// <summary>Makes the clients by own code.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configureCreator">Makes a client.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder ConfigureGrpcClientCreator(
        this IHttpClientBuilder builder, Func<CallInvoker, object> configureCreator)
    {
        ArgumentNullException.ThrowIfNull(configureCreator);
        return builder.Configure((_, options) => options.Creator = configureCreator);
    }

    private static IHttpClientBuilder AddCallCredentials(
        this IHttpClientBuilder builder, Func<CallOptionsContext, CallCredentials> credentials) =>
        builder.Configure((_, options) =>
        {
            options.HasCallCredentials = true;
            options.CallOptionsActions.Add(call =>
            {
                CallCredentials own = credentials(call);
                CallCredentials all = call.CallOptions.Credentials is { } other ? CallCredentials.Compose(other, own) : own;
                call.CallOptions = call.CallOptions.WithCredentials(all);
            });
        });

    private static IHttpClientBuilder Configure(
        this IHttpClientBuilder builder, Action<IServiceProvider, GrpcClientFactoryOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!GrpcClientServiceExtensions.GetRegistry(builder.Services).IsRegistered(builder.Name))
        {
            throw new InvalidOperationException(
                $"'{builder.Name}' is not a gRPC client: use the builder that AddGrpcClient returned.");
        }

        builder.Services.AddTransient<IConfigureOptions<GrpcClientFactoryOptions>>(services =>
            new ConfigureNamedOptions<GrpcClientFactoryOptions>(builder.Name, options => configure(services, options)));
        return builder;
    }
}
