using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Grpc.Net.ClientFactory;

/// <summary>How the clients of one name are made.</summary>
public class GrpcClientFactoryOptions
{
    /// <summary>The address that is called; without one, making a client fails.</summary>
    public Uri? Address { get; set; }

    /// <summary>Change the options of the channel, in order, before it is made.</summary>
    public IList<Action<GrpcChannelOptions>> ChannelOptionsActions { get; } = [];

    /// <summary>Change the options of each call, in order, before it starts.</summary>
    public IList<Action<CallOptionsContext>> CallOptionsActions { get; } = [];

    /// <summary>Interceptors of the channel; they run after those of <see cref="InterceptorRegistrations"/>.</summary>
    public IList<Interceptor> Interceptors { get; } = [];

    /// <summary>How interceptors are made, in the order in which they see a call.</summary>
    public IList<InterceptorRegistration> InterceptorRegistrations { get; } = [];

    /// <summary>Makes the client; null for the client's constructor that takes a <see cref="CallInvoker"/>.</summary>
    public Func<CallInvoker, object>? Creator { get; set; }

    internal bool HasCallCredentials { get; set; }
}
