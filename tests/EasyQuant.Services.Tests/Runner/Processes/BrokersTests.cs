using EasyQuant.Flow;
using EasyQuant.Messaging;
using EasyQuant.Messaging.Topics;
using EasyQuant.RunnerService.Processes;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace EasyQuant.Services.Tests.Runner.Processes;

public sealed class BrokersTests
{
    [Fact]
    public async Task Create_EveryBrokerOfDefinitions_HasItsTransport()
    {
        await using TopicTransports brokers = Brokers.Create(
            new ConnectionFactory(), "127.0.0.1:1", new BrokerOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        Assert.Equal(GroupBrokers.All.Order(StringComparer.Ordinal), brokers.Kinds);
        Assert.All(GroupBrokers.All, name => Assert.Equal(name, brokers.Get(name).Kind));
    }
}
