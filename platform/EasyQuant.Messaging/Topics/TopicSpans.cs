using System.Diagnostics;
using System.Text.RegularExpressions;
using EasyQuant.Messaging.Chunks;

namespace EasyQuant.Messaging.Topics;

/// <summary>Spans of chunks on their way through a topic, named after OpenTelemetry's conventions for messaging. Thread-safe.</summary>
public static partial class TopicSpans
{
    /// <summary>Starts the span under which a consumer handles a chunk; it continues the trace of whoever sent it and becomes the current one.</summary>
    /// <param name="delivery">The chunk.</param>
    /// <param name="kind">The broker, see <see cref="ITopicTransport.Kind"/>.</param>
    /// <param name="consumer">Who got it.</param>
    /// <returns>The span, to be disposed when the chunk is acknowledged, returned or parked; null when nobody listens.</returns>
    public static Activity? StartProcess(this TopicDelivery delivery, string kind, ITopicConsumer consumer)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(consumer);
        ActivityContext.TryParse(delivery.TraceParent, null, isRemote: true, out ActivityContext sender);
        Activity? span = MessagePublisher.Source.StartActivity($"process {Template(consumer.Topic)}", ActivityKind.Consumer, sender);
        return span is null ? null : Describe(span, kind, "process", "process", consumer.Topic, delivery.MessageId)
            .SetTag("messaging.consumer.group.name", consumer.Group)
            .SetTag("messaging.message.body.size", delivery.ByteCount);
    }

    internal static Activity? StartSend(string kind, string topic, Chunk chunk, TopicProducerOptions options)
    {
        Activity? span = MessagePublisher.Source.StartActivity($"publish {Template(topic)}", ActivityKind.Producer);
        if (span is null)
        {
            return null;
        }

        Describe(span, kind, "publish", "send", topic, chunk.Key.ToMessageId()).SetTag("messaging.message.body.size", chunk.Payload.Length);
        if (options.RunId.Length > 0)
        {
            span.SetTag("messaging.message.conversation_id", options.RunId);
        }

        return span;
    }

    // A full topic refuses, which is how a slow reader holds a fast writer back: no error.
    internal static void End(this Activity? span, SendOutcome outcome)
    {
        if (outcome is SendOutcome.Unroutable or SendOutcome.Unknown)
        {
            span?.SetTag("error.type", outcome.ToString()).SetStatus(ActivityStatusCode.Error);
        }
    }

    private static Activity Describe(Activity span, string kind, string name, string type, string topic, string messageId) => span
        .SetTag("messaging.system", kind)
        .SetTag("messaging.operation.name", name)
        .SetTag("messaging.operation.type", type)
        .SetTag("messaging.destination.name", topic)
        .SetTag("messaging.destination.template", Template(topic))
        .SetTag("messaging.message.id", messageId);

    // A topic lives as long as one start of a process group and carries its id; names of spans and attributes of metrics are to be few.
    private static string Template(string topic) => Ids().Replace(topic, "{id}");

    [GeneratedRegex("[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}", RegexOptions.CultureInvariant)]
    private static partial Regex Ids();
}
