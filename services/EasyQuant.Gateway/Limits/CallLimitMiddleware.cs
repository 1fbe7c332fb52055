using System.Collections.Concurrent;
using EasyQuant.Gateway.Auth;
using Microsoft.Extensions.Options;

namespace EasyQuant.Gateway.Limits;

/// <summary>Applies <see cref="LimitOptions"/> to each API key. Anonymous endpoints are cheap and not limited.</summary>
internal sealed class CallLimitMiddleware(RequestDelegate next, IOptions<LimitOptions> options, TimeProvider time)
{
    private readonly LimitOptions _options = options.Value;
    private readonly BucketTable<Guid> _buckets = new(options.Value.CallsPerSecond, options.Value.CallBurst, time);

    // Bounded by the number of keys; an entry is a counter.
    private readonly ConcurrentDictionary<Guid, OpenCalls> _open = new();

    /// <summary>Handles a request after authentication.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Completed when the rest of the pipeline is, or the refusal is written.</returns>
    public async Task InvokeAsync(HttpContext context)
    {
        if (KeyIdentity.Of(context) is not { } key)
        {
            await next(context);
            return;
        }

        if (_buckets.Take(key.KeyId) is { } wait)
        {
            await Rejection.WriteAsync(context, LimitErrors.RateLimited(wait));
            return;
        }

        OpenCalls open = _open.GetOrAdd(key.KeyId, static _ => new OpenCalls());
        try
        {
            if (Interlocked.Increment(ref open.Count) > _options.OpenCallsMax)
            {
                await Rejection.WriteAsync(context, LimitErrors.ConcurrencyLimited(_options.OpenCallsMax));
                return;
            }

            await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref open.Count);
        }
    }

    private sealed class OpenCalls
    {
        public int Count;
    }
}
