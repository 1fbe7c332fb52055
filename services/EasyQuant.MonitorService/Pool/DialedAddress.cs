namespace EasyQuant.MonitorService.Pool;

/// <summary>An address of a worker that the platform dials.</summary>
internal sealed record DialedAddress(
    string ProjectId, string Address, bool IsTls, string WorkerName, bool IsConnected, string LastError, DateTimeOffset CreateTime);
