using System.Globalization;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;

namespace EasyQuant.Gateway.Limits;

/// <summary>Refusals of callers that ask too much.</summary>
internal static class LimitErrors
{
    /// <summary>Too many calls a second.</summary>
    /// <param name="wait">How long until the next call may come.</param>
    /// <returns>ResourceExhausted RATE_LIMITED.</returns>
    public static RpcError RateLimited(TimeSpan wait) => new(
        StatusCode.ResourceExhausted, "RATE_LIMITED", "Too many calls; wait and try again.", retryAfter: wait < s_waitMin ? s_waitMin : wait);

    /// <summary>Too many open calls.</summary>
    /// <param name="max">The limit.</param>
    /// <returns>ResourceExhausted CONCURRENCY_LIMITED.</returns>
    public static RpcError ConcurrencyLimited(int max) => new(
        StatusCode.ResourceExhausted,
        "CONCURRENCY_LIMITED",
        string.Create(CultureInfo.InvariantCulture, $"The API key has {max} open calls, which is the most; wait for one to end."),
        retryAfter: s_waitMin);

    private static readonly TimeSpan s_waitMin = TimeSpan.FromMilliseconds(10);
}
