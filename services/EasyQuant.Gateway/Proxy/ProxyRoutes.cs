using EasyQuant.Gateway.Auth;
using EasyQuant.Gateway.Rest;
using Google.Protobuf.Reflection;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace EasyQuant.Gateway.Proxy;

/// <summary>The YARP configuration: one route for each public RPC, so that each asks for its own scope; one cluster for each service.</summary>
internal static class ProxyRoutes
{
    /// <summary>Route metadata of an RPC whose client streams.</summary>
    public const string ClientStreamKey = "client-stream";

    // Longer than the signs of life of every stream; unary calls end at their deadline long before.
    private static readonly TimeSpan s_activityTimeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_reactivation = TimeSpan.FromSeconds(5);

    /// <summary>Returns the routes of all public RPCs that another service answers.</summary>
    /// <param name="owners">Which service answers which RPC.</param>
    /// <returns>Routes by service and declaration.</returns>
    public static IReadOnlyList<RouteConfig> Routes(ServiceOwners owners) =>
        [.. owners.Methods.Where(m => owners.OwnerOf(m.Service) != ServiceOwners.Gateway).Select(m => RouteOf(owners, m))];

    /// <summary>Returns a cluster for each service.</summary>
    /// <param name="owners">Which service answers which RPC.</param>
    /// <returns>Clusters by name; their only destination is the service's name, which <see cref="DestinationResolver"/> replaces by its replicas.</returns>
    public static IReadOnlyList<ClusterConfig> Clusters(ServiceOwners owners) =>
        [.. owners.Services.Select(owners.OwnerOf).Where(o => o != ServiceOwners.Gateway).Distinct().Order(StringComparer.Ordinal).Select(ClusterOf)];

    /// <summary>Path of an RPC over gRPC.</summary>
    /// <param name="method">The RPC.</param>
    /// <returns><c>/package.Service/Method</c>.</returns>
    public static string PathOf(MethodDescriptor method) => $"/{method.Service.FullName}/{method.Name}";

    private static RouteConfig RouteOf(ServiceOwners owners, MethodDescriptor method) => new()
    {
        RouteId = method.FullName,
        ClusterId = owners.OwnerOf(method.Service),
        AuthorizationPolicy = MethodScopes.PolicyOf(MethodScopes.Of(method)),
        Match = new RouteMatch { Path = PathOf(method), Methods = [HttpMethods.Post] },
        Metadata = method.IsClientStreaming ? new Dictionary<string, string> { [ClientStreamKey] = "" } : null,
        Transforms = [new Dictionary<string, string> { ["X-Forwarded"] = "Off" }],
    };

    private static ClusterConfig ClusterOf(string service) => new()
    {
        ClusterId = service,
        LoadBalancingPolicy = "RoundRobin",
        Destinations = new Dictionary<string, DestinationConfig> { [service] = new() { Address = $"http://_grpc.{service}" } },
        HttpRequest = new ForwarderRequestConfig
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            ActivityTimeout = s_activityTimeout,
        },
        HttpClient = new HttpClientConfig { EnableMultipleHttp2Connections = true },
        HealthCheck = new HealthCheckConfig
        {
            Passive = new PassiveHealthCheckConfig { Enabled = true, Policy = "TransportFailureRate", ReactivationPeriod = s_reactivation },
            // When all replicas failed, trying one is better than refusing: they may be back.
            AvailableDestinationsPolicy = "HealthyOrPanic",
        },
    };
}
