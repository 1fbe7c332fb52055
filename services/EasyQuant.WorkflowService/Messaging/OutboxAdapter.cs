using EasyQuant.Messaging;
using EasyQuant.Persistence.Messages;

namespace EasyQuant.WorkflowService.Messaging;

/// <summary>Hands outbox messages to the broker.</summary>
internal static class OutboxAdapter
{
    public static OutboxPublish For(MessagePublisher publisher) => async (messages, cancellationToken) =>
    {
        IReadOnlyList<PublishOutcome> outcomes = await publisher.PublishAsync([.. messages.Select(ToOutgoing)], cancellationToken);
        return outcomes.Contains(PublishOutcome.Unsent) ? null : [.. outcomes.Select(outcome => outcome == PublishOutcome.Confirmed)];
    };

    private static OutgoingMessage ToOutgoing(OutboxMessage message) => new()
    {
        MessageId = message.MessageId,
        Exchange = message.Exchange,
        RoutingKey = message.RoutingKey,
        Type = message.Type,
        ProjectId = message.ProjectId,
        CorrelationId = message.CorrelationId,
        TraceParent = message.TraceParent,
        IsMandatory = message.IsMandatory,
        Body = message.Body,
    };
}
