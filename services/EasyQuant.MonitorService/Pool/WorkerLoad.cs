namespace EasyQuant.MonitorService.Pool;

/// <summary>How busy a worker is.</summary>
internal sealed record WorkerLoad(double CpuRatio, long MemoryBytes, int RunningCount, long SucceededCount, long FailedCount, string Refusal = "", int AbandonedCount = 0);
