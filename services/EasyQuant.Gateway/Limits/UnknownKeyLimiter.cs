using System.Net;
using EasyQuant.Gateway.Auth;
using Microsoft.Extensions.Options;

namespace EasyQuant.Gateway.Limits;

/// <summary>Bounds how many keys that are not remembered one address may have looked up in the database. Thread-safe.</summary>
/// <param name="options">The rate.</param>
/// <param name="time">The clock.</param>
internal sealed class UnknownKeyLimiter(IOptions<AuthOptions> options, TimeProvider time)
{
    private readonly BucketTable<IPAddress> _buckets = new(options.Value.UnknownKeysPerSecondMax, 4 * options.Value.UnknownKeysPerSecondMax, time);

    /// <summary>Counts one lookup.</summary>
    /// <param name="address">Peer of the connection; null counts as one address.</param>
    /// <returns>Null when it may go on; otherwise how long to wait.</returns>
    public TimeSpan? Check(IPAddress? address) => _buckets.Take(address ?? IPAddress.None);
}
