using System.ComponentModel.DataAnnotations;

namespace EasyQuant.MonitorService;

/// <summary>Settings of the Monitor; section <c>Monitor</c>.</summary>
public sealed class MonitorOptions : IValidatableObject
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Monitor";

    /// <summary>How often workers must send a heartbeat, 100 ms to 1 min. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Silence, by the database's clock, after which a worker is lost, 300 ms to 10 min and at least three heartbeats. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.3", "00:10:00")]
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest time until a command or a newer session that came in at another replica reaches a worker, 50 ms to 30 s. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:00:30")]
    public TimeSpan SessionPollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the pool is compared for watchers, 50 ms to 30 s. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:00:30")]
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long load samples are kept, 1 min to 30 days. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan LoadRetention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Streams of workers that one replica holds, 1 to 900. Default 500.</summary>
    [Range(1, 900)]
    public int SessionsMax { get; init; } = 500;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LostAfter < HeartbeatInterval * 3)
        {
            yield return new ValidationResult(
                $"{nameof(LostAfter)} must be at least three times {nameof(HeartbeatInterval)} ({HeartbeatInterval:c}), was {LostAfter:c}.", [nameof(LostAfter)]);
        }
    }
}
