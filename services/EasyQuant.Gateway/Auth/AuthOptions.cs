using System.ComponentModel.DataAnnotations;

namespace EasyQuant.Gateway.Auth;

/// <summary>How API keys are checked; section <c>Gateway:Auth</c>.</summary>
internal sealed class AuthOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Gateway:Auth";

    /// <summary>How long a key found in the database, or not found, is believed without asking again; 5 s by default. A revocation takes this long.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan CacheDuration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a key is still believed while the database does not answer; 2 min by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StaleDurationMax { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Most keys, known and unknown, that are remembered; 10,000 by default.</summary>
    [Range(10, 1_000_000)]
    public int CacheCountMax { get; init; } = 10_000;

    /// <summary>Unknown keys a second that one address may try, with a burst of four times as many; 50 by default.</summary>
    [Range(1, 100_000)]
    public int UnknownKeysPerSecondMax { get; init; } = 50;

    /// <summary>Most unrevoked keys of a project; 1,000 by default.</summary>
    [Range(1, 100_000)]
    public int KeysPerProjectMax { get; init; } = 1000;

    /// <summary>Longest wait for the database when a key is looked up; 3 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:30")]
    public TimeSpan LookupTimeout { get; init; } = TimeSpan.FromSeconds(3);
}
