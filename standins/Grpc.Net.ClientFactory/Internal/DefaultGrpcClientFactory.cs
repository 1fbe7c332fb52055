using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Options;

namespace Grpc.Net.ClientFactory.Internal;

/// <summary>Makes clients over cached channels, with the interceptors of the caller's scope.</summary>
internal sealed class DefaultGrpcClientFactory(
    IServiceProvider services,
    ChannelCache channels,
    ClientRegistry registry,
    IOptionsMonitor<GrpcClientFactoryOptions> options) : GrpcClientFactory
{
    public override TClient CreateClient<TClient>(string name)
    {
        if (!registry.IsRegistered(name, typeof(TClient)))
        {
            throw new InvalidOperationException($"No gRPC client configured with name '{name}' and type {typeof(TClient)}.");
        }

        GrpcClientFactoryOptions clientOptions = options.Get(name);
        CallInvoker invoker = channels.GetInvoker(name, typeof(TClient))
            .Intercept(ChannelCache.CreateInterceptors(clientOptions, InterceptorScope.Client, services));
        if (clientOptions.CallOptionsActions.Count > 0)
        {
            invoker = new CallOptionsInvoker(invoker, clientOptions.CallOptionsActions, services);
        }

        if (clientOptions.Creator is null)
        {
            return ClientActivator<TClient>.Create(services, invoker);
        }

        object client = clientOptions.Creator(invoker);
        return client as TClient ?? throw new InvalidOperationException(
            $"The creator of gRPC client '{name}' made {client?.GetType().ToString() ?? "null"}, not {typeof(TClient)}.");
    }
}
