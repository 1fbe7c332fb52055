using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Grpc.Net.ClientFactory.Internal;

/// <summary>Makes and keeps one channel for each registered name and client type, for the life of the application.</summary>
internal sealed class ChannelCache(
    IServiceScopeFactory scopes,
    IHttpMessageHandlerFactory handlers,
    IOptionsMonitor<GrpcClientFactoryOptions> options,
    ILoggerFactory loggers) : IDisposable
{
    private readonly ConcurrentDictionary<(string Name, Type Type), Lazy<Entry>> _entries = new();

    internal CallInvoker GetInvoker(string name, Type type)
    {
        Lazy<Entry> entry = _entries.GetOrAdd((name, type), key => new Lazy<Entry>(() => Create(key.Name, key.Type)));
        try
        {
            return entry.Value.Invoker;
        }
        catch
        {
            // A wrong configuration may be corrected while the application runs; a Lazy would keep the error.
            _entries.TryRemove(KeyValuePair.Create((name, type), entry));
            throw;
        }
    }

    public void Dispose()
    {
        foreach (Lazy<Entry> entry in _entries.Values)
        {
            if (entry.IsValueCreated)
            {
                entry.Value.Channel.Dispose();
                entry.Value.Scope.Dispose();
            }
        }

        _entries.Clear();
    }

    private Entry Create(string name, Type type)
    {
        GrpcClientFactoryOptions clientOptions = options.Get(name);
        IServiceScope scope = scopes.CreateScope();
        try
        {
            var channelOptions = new GrpcChannelOptions
            {
                HttpHandler = handlers.CreateHandler(name),
                LoggerFactory = loggers,
                ServiceProvider = scope.ServiceProvider,
            };
            foreach (Action<GrpcChannelOptions> action in clientOptions.ChannelOptionsActions)
            {
                action(channelOptions);
            }

            Uri address = clientOptions.Address ?? throw new InvalidOperationException(
                $"Could not resolve the address for gRPC client '{name}'. Set an address when registering the client: "
                + $"services.AddGrpcClient<{type.Name}>(o => o.Address = new Uri(\"https://localhost:5001\"))");
            CheckCallCredentials(name, address, clientOptions, channelOptions);
            GrpcChannel channel = GrpcChannel.ForAddress(address, channelOptions);
            CallInvoker invoker = channel.CreateCallInvoker()
                .Intercept([.. clientOptions.Interceptors])
                .Intercept(CreateInterceptors(clientOptions, InterceptorScope.Channel, scope.ServiceProvider));
            return new Entry(channel, invoker, scope);
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    internal static Interceptor[] CreateInterceptors(
        GrpcClientFactoryOptions options, InterceptorScope scope, IServiceProvider services) =>
        [.. options.InterceptorRegistrations.Where(r => r.Scope == scope).Select(r => r.Creator(services))];

    private static void CheckCallCredentials(
        string name, Uri address, GrpcClientFactoryOptions clientOptions, GrpcChannelOptions channelOptions)
    {
        bool isSecure = address.Scheme == Uri.UriSchemeHttps
            || (channelOptions.Credentials is not null && channelOptions.Credentials != ChannelCredentials.Insecure);
        if (clientOptions.HasCallCredentials && !isSecure && !channelOptions.UnsafeUseInsecureChannelCallCredentials)
        {
            throw new InvalidOperationException(
                $"Call credential configured for gRPC client '{name}' requires TLS, and the client isn't configured to use TLS. "
                + "Either configure a TLS address, or use the call credential without TLS by setting "
                + "GrpcChannelOptions.UnsafeUseInsecureChannelCallCredentials to true.");
        }
    }

    private sealed record Entry(GrpcChannel Channel, CallInvoker Invoker, IServiceScope Scope);
}
