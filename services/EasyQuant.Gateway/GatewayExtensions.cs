using EasyQuant.Gateway.Auth;
using EasyQuant.Gateway.Limits;
using EasyQuant.Gateway.Pages;
using EasyQuant.Gateway.Proxy;
using EasyQuant.Gateway.Rest;
using EasyQuant.Gateway.Storage;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.ServiceDiscovery;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace EasyQuant.Gateway;

/// <summary>The Gateway: one door for REST and gRPC, with keys and limits.</summary>
internal static class GatewayExtensions
{
    /// <summary>Adds everything that the Gateway does.</summary>
    /// <param name="builder">The Gateway.</param>
    /// <returns>The same builder.</returns>
    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder)
    {
        builder.AddNpgsqlDataSource("easyquant", configureDataSourceBuilder: source => DataSourceDefaults.Apply(source, "gateway", KeyStore.Schema));
        builder.Services.AddSingleton<IKeyStore, KeyStore>();
        builder.Services.AddHostedService<KeySetup>();
        builder.Services.AddSingleton<CatalogueHealthCheck>();
        builder.Services.AddHealthChecks().AddCheck<CatalogueHealthCheck>("catalogue");
        return builder.AddGatewayCore(ServiceOwners.OfPlatform());
    }

    /// <summary>Adds what does not depend on the database or on our own contracts.</summary>
    /// <param name="builder">The Gateway.</param>
    /// <param name="owners">Which service answers which RPC.</param>
    /// <returns>The same builder.</returns>
    public static WebApplicationBuilder AddGatewayCore(this WebApplicationBuilder builder, ServiceOwners owners)
    {
        IServiceCollection services = builder.Services;
        builder.AddGrpcServerDefaults();
        // An unknown path is refused by us, for everybody in the same way.
        services.Configure<global::Grpc.AspNetCore.Server.GrpcServiceOptions>(options => options.IgnoreUnknownServices = true);
        services.AddSingleton(owners);
        AddOptions<RestOptions>(services, RestOptions.Section);
        AddOptions<AuthOptions>(services, AuthOptions.Section);
        AddOptions<LimitOptions>(services, LimitOptions.Section);
        services.AddHttpContextAccessor();
        services.AddSingleton<KeyCache>();
        services.AddSingleton<KeyUses>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyUses>());
        services.AddSingleton<UnknownKeyLimiter>();
        services.AddSingleton<AccessOperations>();
        services.AddSingleton<GrpcBackend>();
        services.AddSingleton<IRpcBackend, AccessBackend>();
        services.AddAuthentication(ApiKeyAuthenticationHandler.Scheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthenticationHandler>(ApiKeyAuthenticationHandler.Scheme, null);
        services.AddAuthorization(ScopePolicies.Add);
        services.AddHttpClient(GrpcBackend.ClientName).ConfigurePrimaryHttpMessageHandler(CreateHandler).AddHttpMessageHandler(() => new ConnectionEndHandler()).RemoveAllLoggers();
        services.AddReverseProxy().LoadFromMemory(ProxyRoutes.Routes(owners), ProxyRoutes.Clusters(owners));
        services.AddSingleton<IDestinationResolver>(provider => new DestinationResolver(provider.GetRequiredService<ServiceEndpointResolver>()));
        return builder;
    }

    /// <summary>Builds the pipeline and maps every endpoint.</summary>
    /// <param name="app">The Gateway.</param>
    /// <returns>The same application.</returns>
    public static WebApplication MapGateway(this WebApplication app)
    {
        app.UseMiddleware<OuterMiddleware>();
        app.UseRouting();
        app.MapServiceDefaults();
        app.UseAuthentication();
        app.UseMiddleware<CallLimitMiddleware>();
        app.UseAuthorization();
        app.UseMiddleware<IdentityHeadersMiddleware>();
        ServiceOwners owners = app.Services.GetRequiredService<ServiceOwners>();
        IReadOnlyList<RestBinding> bindings = RestBinding.ReadAll(owners.Methods);
        app.MapRest(bindings);
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(GrpcRequestGate.InvokeAsync);
            proxy.Use(BrokenAnswer.InvokeAsync);
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
        app.MapGrpcService<AccessGrpcService>().Add(RequireScope);
        app.MapPages(typeof(Contracts.Run.V1.RunService).Assembly, bindings);
        return app;
    }

    private static void RequireScope(EndpointBuilder endpoint)
    {
        MethodDescriptor? method = endpoint.Metadata.OfType<global::Grpc.AspNetCore.Server.GrpcMethodMetadata>()
            .Select(m => Contracts.Access.V1.AccessServiceReflection.Descriptor.Services[0].FindMethodByName(m.Method.Name)).FirstOrDefault();
        if (method is not null)
        {
            endpoint.Metadata.Add(new Microsoft.AspNetCore.Authorization.AuthorizeAttribute(MethodScopes.PolicyOf(MethodScopes.Of(method))));
        }
    }

    private static void AddOptions<TOptions>(IServiceCollection services, string section)
        where TOptions : class =>
        services.AddOptions<TOptions>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();

    private static SocketsHttpHandler CreateHandler() => new()
    {
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        KeepAlivePingDelay = TimeSpan.FromSeconds(20),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        UseProxy = false,
    };
}
