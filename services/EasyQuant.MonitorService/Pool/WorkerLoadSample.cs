namespace EasyQuant.MonitorService.Pool;

/// <summary>The load of one heartbeat.</summary>
internal sealed record WorkerLoadSample(DateTimeOffset Time, WorkerLoad Load);
