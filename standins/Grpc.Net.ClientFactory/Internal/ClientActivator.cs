using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.Net.ClientFactory.Internal;

/// <summary>Makes clients through their constructor that takes an invoker; the constructor is looked up once.</summary>
internal sealed class ClientActivator<TClient>
    where TClient : class
{
    private static readonly Lazy<ObjectFactory> s_factory =
        new(() => ActivatorUtilities.CreateFactory(typeof(TClient), [typeof(CallInvoker)]));

    internal static TClient Create(IServiceProvider services, CallInvoker invoker) =>
        (TClient)s_factory.Value(services, [invoker]);
}
