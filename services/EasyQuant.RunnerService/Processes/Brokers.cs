using EasyQuant.Messaging;
using EasyQuant.Messaging.Topics;
using EasyQuant.Messaging.Topics.RabbitMq;
using EasyQuant.Messaging.Topics.Redis;
using RabbitMQ.Client;

namespace EasyQuant.RunnerService.Processes;

/// <summary>The brokers that carry topics, in the Runner as in its child processes; each connects at its first use.</summary>
internal static class Brokers
{
    /// <summary>Makes the transports.</summary>
    /// <param name="rabbitMq">Where RabbitMQ is; null when there is none, as in a worker that was given no broker.</param>
    /// <param name="redis">Where Redis is; empty when there is none, and whoever asks for it is told which setting is missing.</param>
    /// <param name="options">Bounds towards both.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Log.</param>
    public static TopicTransports Create(IConnectionFactory? rabbitMq, string redis, BrokerOptions options, TimeProvider time, ILoggerFactory loggers) =>
        new(new Dictionary<string, Func<ITopicTransport>>(StringComparer.Ordinal)
        {
            [RabbitMqTopicTransport.KindName] = () => rabbitMq is not null
                ? new RabbitMqTopicTransport(rabbitMq, options, time, loggers)
                : throw new TopicException(TopicException.KindUnknown, "`mqType` is rabbitmq, but the worker knows no RabbitMQ: start it with --broker."),
            [RedisTopicTransport.KindName] = () => redis.Length > 0
                ? new RedisTopicTransport(redis, options)
                : throw new TopicException(
                    TopicException.KindUnknown, $"`mqType` is redis, but the worker knows no Redis: start it with --redis, or set {RunnerOptions.RedisSetting} (ConnectionStrings__redis in the environment)."),
        });
}
