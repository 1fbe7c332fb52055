using System.Reflection;
using Microsoft.Extensions.Options;
using EasyQuant.ServiceDefaults.Security;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace EasyQuant.ServiceDefaults.Grpc;

/// <summary>gRPC between services: server and client defaults.</summary>
public static class GrpcExtensions
{
    /// <summary>Largest gRPC message in either direction, in bytes: 4 MiB.</summary>
    public const int MessageBytesMax = 4 * 1024 * 1024;

    /// <summary>
    /// Adds the gRPC server: error mapping, internal credential, 4 MiB messages, no error texts of exceptions, health service, and
    /// reflection in Development. <see cref="ServiceDefaultsExtensions.MapServiceDefaults"/> maps the last two.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">EASYQUANT_INTERNAL_CREDENTIAL is missing or short.</exception>
    public static IHostApplicationBuilder AddGrpcServerDefaults(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddCredential(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<GrpcServerDefaultsMarker>();
        builder.Services.TryAddSingleton<ErrorInterceptor>();
        builder.Services.TryAddSingleton<InternalCredentialServerInterceptor>();
        builder.Services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = MessageBytesMax;
            options.MaxSendMessageSize = MessageBytesMax;
            options.CompressionProviders = [new BoundedGzipCompressionProvider(MessageBytesMax)];
            options.EnableDetailedErrors = false;
            options.Interceptors.Add<ErrorInterceptor>();
            options.Interceptors.Add<InternalCredentialServerInterceptor>();
        });
        builder.Services.AddGrpcHealthChecks();
        if (builder.Environment.IsDevelopment())
        {
            builder.Services.AddGrpcReflection();
        }

        return builder;
    }

    /// <summary>
    /// Adds a typed client for another service, found by service discovery at its endpoint <c>grpc</c>, calls spread round robin
    /// over its replicas. Calls carry the internal credential, the project and the actor of the incoming call. A server that goes before its answer begins
    /// is Unavailable. Unary calls have a deadline, and an Unavailable answer to one is tried again up to three times (200 ms to 2 s apart), so every method must be idempotent, as the contracts say. Streams
    /// have neither: they last as long as they last, and who reads one knows where to go on.
    /// </summary>
    /// <typeparam name="TClient">The generated client.</typeparam>
    /// <param name="builder">The calling service.</param>
    /// <param name="serviceName">Resource name of the called service, e.g. <c>workflow</c>.</param>
    /// <returns>The builder of the client, for more settings.</returns>
    /// <exception cref="InvalidOperationException">EASYQUANT_INTERNAL_CREDENTIAL is missing or short.</exception>
    /// <exception cref="ArgumentException"><typeparamref name="TClient"/> is not a generated client.</exception>
    public static IHttpClientBuilder AddServiceClient<TClient>(this IHostApplicationBuilder builder, string serviceName)
        where TClient : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(serviceName);
        ServiceConfig retries = RetryUnaryCalls(typeof(TClient));
        AddCredential(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddHttpContextAccessor();
        builder.Services.TryAddSingleton<InternalCallInterceptor>();
        builder.Services.AddOptions<GrpcClientDefaults>().BindConfiguration(GrpcClientDefaults.Section).ValidateDataAnnotations().ValidateOnStart();
        return builder.Services
            .AddGrpcClient<TClient>(options => options.Address = new Uri($"http://_grpc.{serviceName}"))
            .ConfigurePrimaryHttpMessageHandler(provider => CreateHandler(provider.GetRequiredService<IOptions<GrpcClientDefaults>>().Value))
            .AddHttpMessageHandler(() => new ConnectionEndHandler())
            .ConfigureChannel(channel =>
            {
                channel.MaxReceiveMessageSize = MessageBytesMax;
                channel.MaxSendMessageSize = MessageBytesMax;
                channel.CompressionProviders = [new BoundedGzipCompressionProvider(MessageBytesMax)];
                channel.ServiceConfig = retries;
            })
            .AddInterceptor<InternalCallInterceptor>();
    }

    // Generated code nests the client in a class that holds the methods of the service. The public descriptor names them too, but making one makes those of
    // all contracts, more than a tenth of what a start compiles.
    private static ServiceConfig RetryUnaryCalls(Type client)
    {
        IMethod[] methods = [.. (client.DeclaringType?.GetFields(BindingFlags.NonPublic | BindingFlags.Static) ?? [])
            .Where(field => typeof(IMethod).IsAssignableFrom(field.FieldType))
            .Select(field => (IMethod)field.GetValue(null)!)];
        if (methods.Length == 0)
        {
            throw new ArgumentException($"`TClient` must be a client that was generated from a contract, was {client.Name}.");
        }

        var unary = new MethodConfig
        {
            RetryPolicy = new RetryPolicy
            {
                MaxAttempts = 4,
                InitialBackoff = TimeSpan.FromMilliseconds(200),
                MaxBackoff = TimeSpan.FromSeconds(2),
                BackoffMultiplier = 2,
                RetryableStatusCodes = { StatusCode.Unavailable },
            },
        };
        foreach (IMethod method in methods.Where(method => method.Type == MethodType.Unary))
        {
            unary.Names.Add(new MethodName { Service = method.ServiceName, Method = method.Name });
        }

        return new ServiceConfig { MethodConfigs = { unary } };
    }

    private static SocketsHttpHandler CreateHandler(GrpcClientDefaults defaults) => new()
    {
        EnableMultipleHttp2Connections = true,
        InitialHttp2StreamWindowSize = 1024 * 1024,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        KeepAlivePingDelay = defaults.PingDelay,
        KeepAlivePingTimeout = defaults.PingTimeout,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        UseProxy = false,
    };

    private static void AddCredential(IHostApplicationBuilder builder) =>
        builder.Services.TryAddSingleton(InternalCredential.From(builder.Configuration));
}
