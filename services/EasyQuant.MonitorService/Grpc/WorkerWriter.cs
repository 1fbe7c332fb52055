using EasyQuant.MonitorService.Pool;
using Google.Protobuf.WellKnownTypes;
using Wire = EasyQuant.Contracts.Worker.V1;

namespace EasyQuant.MonitorService.Grpc;

/// <summary>Writes workers as messages.</summary>
internal static class WorkerWriter
{
    public static Wire.Worker Write(WorkerRecord worker)
    {
        WorkerRegistration registration = worker.Registration;
        var wire = new Wire.WorkerRegistration
        {
            WorkerId = registration.WorkerId,
            Name = registration.Name,
            Host = registration.Host,
            ProcessId = registration.ProcessId,
            Version = registration.Version,
            Region = registration.Region,
            Capacity = registration.Capacity,
        };
        wire.NodeTypes.AddRange(registration.NodeTypes);
        foreach ((string key, string value) in registration.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
        {
            wire.Labels[key] = value;
        }

        return new Wire.Worker
        {
            Registration = wire,
            ProjectId = worker.ProjectId,
            State = Write(worker.Status),
            Load = worker.Load is { } load ? Write(load) : null,
            RegisterTime = Timestamp.FromDateTimeOffset(worker.RegisterTime),
            HeartbeatTime = Timestamp.FromDateTimeOffset(worker.HeartbeatTime),
            Epoch = worker.Epoch,
        };
    }

    public static Wire.WorkerLoad Write(WorkerLoad load) => new()
    {
        CpuRatio = load.CpuRatio,
        MemoryBytes = load.MemoryBytes,
        RunningCount = load.RunningCount,
        SucceededCount = load.SucceededCount,
        FailedCount = load.FailedCount,
        Refusal = load.Refusal,
        AbandonedCount = load.AbandonedCount,
    };

    public static Wire.WorkerState Write(WorkerStatus status) => status switch
    {
        WorkerStatus.Idle => Wire.WorkerState.Idle,
        WorkerStatus.Busy => Wire.WorkerState.Busy,
        WorkerStatus.Draining => Wire.WorkerState.Draining,
        WorkerStatus.Lost => Wire.WorkerState.Lost,
        _ => Wire.WorkerState.Offline,
    };
}
