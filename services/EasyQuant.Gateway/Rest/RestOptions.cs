using System.ComponentModel.DataAnnotations;

namespace EasyQuant.Gateway.Rest;

/// <summary>Limits of the REST interface; section <c>Gateway:Rest</c>.</summary>
internal sealed class RestOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Gateway:Rest";

    /// <summary>Largest body in bytes, 1 KiB to 64 MiB; 6 MiB by default, which a 4 MiB message needs as base64.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int BodyBytesMax { get; init; } = 6 * 1024 * 1024;

    /// <summary>Deadline of a unary call without the header <c>x-timeout</c>; 30 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest deadline that <c>x-timeout</c> may ask for; 5 min by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan TimeoutMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Silence after which an event stream gets a comment; 15 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Age at which an event stream is ended; the browser then reconnects where it stopped. 1 h by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "24:00:00")]
    public TimeSpan StreamDurationMax { get; init; } = TimeSpan.FromHours(1);
}
