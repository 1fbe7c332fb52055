using System.Diagnostics;
using EasyQuant.Messaging.Chunks;
using StackExchange.Redis;

namespace EasyQuant.Messaging.Topics.Redis;

/// <summary>Stores chunks in the streams of all groups of one topic, all or none.</summary>
internal sealed class RedisTopicProducer(IDatabase database, TopicDefinition topic, TopicProducerOptions options, BrokerOptions broker) : ITopicProducer
{
    private readonly RedisTopicScripts _scripts = new(topic.Name);
    private readonly SemaphoreSlim _window = new(options.WindowMax, options.WindowMax);
    private bool _isClosed;

    public string Topic => topic.Name;

    public async Task<SendOutcome> SendAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        await _window.WaitAsync(cancellationToken);
        try
        {
            using Activity? span = TopicSpans.StartSend(RedisTopicTransport.KindName, Topic, chunk, options);
            SendOutcome outcome = await SendOneAsync(chunk, span, cancellationToken);
            span.End(outcome);
            return outcome;
        }
        finally
        {
            _window.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        _isClosed = true;
        return ValueTask.CompletedTask;
    }

    private async Task<SendOutcome> SendOneAsync(Chunk chunk, Activity? span, CancellationToken cancellationToken)
    {
        if (_isClosed)
        {
            return SendOutcome.Unknown;
        }

        try
        {
            RedisValue[] values =
            [
                _scripts.Prefix, topic.LengthMax, topic.BytesMax, chunk.Key.ToMessageId(), options.ProjectId, options.RunId, (span ?? Activity.Current)?.Id ?? "",
                ChunkWire.Write(topic.Name, chunk), MessageSchema.Version,
            ];
            string? outcome = (string?)await database.ScriptEvaluateAsync(RedisTopicScripts.Send, _scripts.TopicKeys, values)
                .WaitAsync(broker.ConfirmTimeout, cancellationToken);
            return outcome switch
            {
                RedisTopicScripts.Stored => SendOutcome.Confirmed,
                RedisTopicScripts.Refused => SendOutcome.Refused,
                RedisTopicScripts.Unroutable => SendOutcome.Unroutable,
                _ => SendOutcome.Unknown,
            };
        }
        catch (RedisServerException exception) when (exception.Message.Contains("OOM", StringComparison.Ordinal))
        {
            // The server is at its memory limit and takes nothing.
            return SendOutcome.Refused;
        }
        catch (Exception exception) when (RedisTopicTransport.IsFaultOfBroker(exception) || (exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            return SendOutcome.Unknown;
        }
    }
}
