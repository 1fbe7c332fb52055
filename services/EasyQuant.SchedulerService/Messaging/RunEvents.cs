using EasyQuant.Contracts.Run.V1;
using EasyQuant.Messaging;
using EasyQuant.SchedulerService.Grpc;
using EasyQuant.SchedulerService.Loops;
using EasyQuant.SchedulerService.Storage;
using Google.Protobuf;

namespace EasyQuant.SchedulerService.Messaging;

/// <summary>Hears what happens to runs that schedules started. A message may come twice or late; lost ones are made up for by asking.</summary>
internal sealed class RunEvents(RunTrackStore track, DispatchLoop dispatch)
{
    /// <summary>The queue that all replicas share.</summary>
    public static readonly QueueDefinition Queue = new()
    {
        Name = "scheduler.run-events",
        Bindings = [new QueueBinding(Topology.EventsExchange, "workflow.run.*")],
    };

    /// <summary>Keeps the news of one message.</summary>
    public async Task<MessageVerdict> HandleAsync(IncomingMessage message, CancellationToken cancellationToken)
    {
        RunsChanged news;
        try
        {
            news = RunsChanged.Parser.ParseFrom(message.Body.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            return MessageVerdict.Reject;
        }

        foreach (RunChanged changed in news.Changes)
        {
            if (changed.Run is not null
                && changed.Run.Labels.TryGetValue(RunStarter.FiringLabel, out string? label)
                && Guid.TryParse(label, out Guid requestId)
                && await track.RecordAsync(RunStarter.Read(changed.Run, requestId, changed.Event?.Sequence ?? 0), cancellationToken))
            {
                dispatch.Wake();
            }
        }

        return MessageVerdict.Ack;
    }
}
