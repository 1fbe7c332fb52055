using System.Diagnostics;
using System.Globalization;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Messaging;
using EasyQuant.MonitorService.Grpc;
using EasyQuant.MonitorService.Pool;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Messages;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.MonitorService.Messaging;

/// <summary>Writes changes of workers as messages for the world.</summary>
internal sealed class WorkerEvents
{
    /// <summary>Returns the message of a change; the same change has the same id.</summary>
    /// <param name="worker">The worker after the change.</param>
    /// <param name="happened">registered, lost, recovered, offline, draining or resumed.</param>
    public OutboxMessage Write(WorkerRecord worker, string happened)
    {
        var changed = new WorkerChanged { Event = happened, Worker = WorkerWriter.Write(worker), Time = Timestamp.FromDateTimeOffset(worker.ReadTime) };
        return new OutboxMessage
        {
            MessageId = DeterministicId.Create(worker.Key, string.Create(CultureInfo.InvariantCulture, $"change/{worker.ChangeCount}")),
            Exchange = Topology.EventsExchange,
            RoutingKey = $"monitor.worker.{happened}",
            Type = WorkerChanged.Descriptor.FullName,
            ProjectId = worker.ProjectId,
            Body = changed.ToByteArray(),
            TraceParent = Activity.Current?.Id ?? "",
        };
    }
}
