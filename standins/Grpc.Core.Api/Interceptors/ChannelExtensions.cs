namespace Grpc.Core.Interceptors;

/// <summary>Puts interceptors before the invoker of a channel.</summary>
public static class ChannelExtensions
{
    /// <summary>Puts one interceptor before a channel.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="interceptor">Sees each call first.</param>
    /// <returns>The invoker.</returns>
    public static CallInvoker Intercept(this ChannelBase channel, Interceptor interceptor) =>
        channel.CreateCallInvoker().Intercept(interceptor);

    /// <summary>Puts interceptors before a channel; the first one sees each call first.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="interceptors">The interceptors.</param>
    /// <returns>The invoker.</returns>
    public static CallInvoker Intercept(this ChannelBase channel, params Interceptor[] interceptors) =>
        channel.CreateCallInvoker().Intercept(interceptors);

    /// <summary>Changes the headers of each call.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="interceptor">Gets the headers and returns those to send.</param>
    /// <returns>The invoker.</returns>
    public static CallInvoker Intercept(this ChannelBase channel, Func<Metadata, Metadata> interceptor) =>
        channel.CreateCallInvoker().Intercept(interceptor);
}
