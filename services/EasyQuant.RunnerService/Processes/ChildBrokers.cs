using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Messaging;
using EasyQuant.Messaging.Topics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace EasyQuant.RunnerService.Processes;

/// <summary>What a child process must know to reach the brokers; it travels through the pipe, where no other user can read it. Thread-safe.</summary>
internal sealed class ChildBrokers(IConfiguration configuration, IOptions<RunnerOptions> options, BrokerOptions bounds)
{
    /// <summary>Writes the addresses and the bounds.</summary>
    public JsonObject ToJson() => new()
    {
        ["messaging"] = configuration.GetConnectionString("messaging"),
        ["redis"] = options.Value.Redis,
        ["bounds"] = JsonSerializer.SerializeToNode(bounds),
    };

    /// <summary>Makes the transports of a child process.</summary>
    /// <param name="brokers">What <see cref="ToJson"/> wrote; null for no brokers.</param>
    public static TopicTransports FromJson(JsonObject? brokers)
    {
        string address = brokers?["messaging"]?.GetValue<string>() ?? "";
        var factory = new ConnectionFactory { ClientProvidedName = "easyquant-replica" };
        if (address.Length > 0)
        {
            factory.Uri = new Uri(address);
        }

        return Brokers.Create(factory, brokers?["redis"]?.GetValue<string>() ?? "", BoundsOf(brokers), TimeProvider.System, NullLoggerFactory.Instance);
    }

    /// <summary>Reads the bounds that <see cref="ToJson"/> wrote; the defaults when there are none.</summary>
    internal static BrokerOptions BoundsOf(JsonObject? brokers) => brokers?["bounds"].Deserialize<BrokerOptions>() ?? new BrokerOptions();
}
