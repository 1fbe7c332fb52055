using System.ComponentModel.DataAnnotations;

namespace EasyQuant.Gateway.Limits;

/// <summary>How much one API key may ask; section <c>Gateway:Limits</c>.</summary>
internal sealed class LimitOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Gateway:Limits";

    /// <summary>Calls a second in the long run; 2,000 by default.</summary>
    [Range(1, 1_000_000)]
    public int CallsPerSecond { get; init; } = 2000;

    /// <summary>Calls that may come at once after a pause; 4,000 by default.</summary>
    [Range(1, 1_000_000)]
    public int CallBurst { get; init; } = 4000;

    /// <summary>Calls and streams that may be open at a time; 500 by default.</summary>
    [Range(1, 100_000)]
    public int OpenCallsMax { get; init; } = 500;
}
