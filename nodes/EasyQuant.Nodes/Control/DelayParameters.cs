using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Parameters of <see cref="DelayNode"/>.</summary>
public sealed record DelayParameters
{
    /// <summary>How long to wait in seconds, 0 to 86,400 (a day). Default 1.</summary>
    [Title("Seconds", "秒数")]
    [Bounds(0, 86_400)]
    public double Seconds { get; init; } = 1;
}
