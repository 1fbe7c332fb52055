using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EasyQuant.Faults.Harness;

// What tests ask the broker, without a proxy.
public sealed partial class FaultBed
{
    private static readonly TimeSpan s_queuesMax = TimeSpan.FromSeconds(5);

    /// <summary>Names the queues of a load that are still there, and how many consumers they have; what is being deleted has a few seconds.</summary>
    internal async Task<IReadOnlyList<string>> QueuesAsync(Load load, CancellationToken cancellationToken)
    {
        string[] groups = load.Size.KeepsNewest ? ["keep", "newest"] : ["keep"];
        // Not the mark: one that was declared right before the broker died takes it 5 s to delete, and nobody waits for that.
        string[] names = [.. groups.SelectMany(group => new[] { "data", "dead" }.Select(kind => $"{kind}.{load.StartId}.bars.{group}"))];
        var factory = new ConnectionFactory { Uri = new Uri(_broker), AutomaticRecoveryEnabled = false };
        await using IConnection connection = await factory.CreateConnectionAsync(cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_queuesMax);
        while (true)
        {
            var left = new List<string>();
            foreach (string name in names)
            {
                if (await ConsumersAsync(connection, name, cancellationToken) is { } consumers)
                {
                    left.Add(string.Create(CultureInfo.InvariantCulture, $"{name} with {consumers} consumers"));
                }
            }

            if (left.Count > 0)
            {
                Note("left: " + string.Join(", ", left));
            }

            if (left.Count == 0 || patience.IsCancellationRequested)
            {
                return left;
            }

            await Task.Delay(200, CancellationToken.None);
        }
    }

    // Null when there is no such queue; asking for one closes the channel.
    private static async Task<uint?> ConsumersAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        await using IChannel channel = await connection.CreateChannelAsync(null, cancellationToken);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue, cancellationToken)).ConsumerCount;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == 404)
        {
            return null;
        }
    }
}
