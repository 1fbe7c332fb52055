namespace EasyQuant.EndToEnd.Telemetry;

/// <summary>A metric as a service sent it.</summary>
/// <param name="Meter">Name of the meter.</param>
/// <param name="Name">Name of the instrument.</param>
/// <param name="Kind">sum, gauge or histogram.</param>
/// <param name="Unit">Unit.</param>
public sealed record MetricSeen(string Meter, string Name, string Kind, string Unit);
