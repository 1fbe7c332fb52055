using Grpc.Core.Utils;

namespace Grpc.Core;

/// <summary>Authentication of single calls. Sent over secure channels only, unless the channel is told otherwise.</summary>
public abstract class CallCredentials
{
    /// <summary>Combines credentials; all of them are applied, in the given order.</summary>
    /// <param name="credentials">At least two.</param>
    /// <returns>The combination.</returns>
    public static CallCredentials Compose(params CallCredentials[] credentials) =>
        new CompositeCallCredentials(credentials);

    /// <summary>Makes credentials from code that adds headers.</summary>
    /// <param name="interceptor">Adds the headers of each call.</param>
    /// <returns>The credentials.</returns>
    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor) =>
        new InterceptorCallCredentials(interceptor);

    /// <summary>Tells a transport what these credentials are made of.</summary>
    /// <param name="configurator">The transport's side.</param>
    /// <param name="state">Handed back to the configurator.</param>
    public abstract void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state);

    private sealed class CompositeCallCredentials : CallCredentials
    {
        private readonly IReadOnlyList<CallCredentials> _credentials;

        internal CompositeCallCredentials(CallCredentials[] credentials)
        {
            GrpcPreconditions.CheckArgument(
                credentials.Length >= 2, "Composite credentials need two or more credentials.");
            _credentials = [.. credentials];
        }

        public override void InternalPopulateConfiguration(
            CallCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetCompositeCredentials(state, _credentials);
    }

    private sealed class InterceptorCallCredentials(AsyncAuthInterceptor interceptor) : CallCredentials
    {
        private readonly AsyncAuthInterceptor _interceptor = GrpcPreconditions.CheckNotNull(interceptor)!;

        public override void InternalPopulateConfiguration(
            CallCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetAsyncAuthInterceptorCredentials(state, _interceptor);
    }
}
