namespace EasyQuant.MonitorService.Pool;

/// <summary>State of a worker.</summary>
internal enum WorkerStatus
{
    Idle,
    Busy,
    Draining,
    Lost,
    Offline,
}
