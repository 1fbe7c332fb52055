using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EasyQuant.Faults.Harness;

// What tests ask the broker, without a proxy.
public sealed partial class FaultBed
{
    private static readonly TimeSpan s_queuesMax = TimeSpan.FromSeconds(15);

    private readonly List<string> _queues = [];

    /// <summary>Names the queues of loads before this one that are still there, and how many consumers they have. Those of this load stay for a while, and are asked for after the next.</summary>
    internal async Task<IReadOnlyList<string>> OldQueuesAsync(Load load, CancellationToken cancellationToken)
    {
        string[] groups = load.Size.KeepsNewest ? ["keep", "newest"] : ["keep"];
        string[] names = [.. _queues];
        _queues.Clear();
        // Not the mark: one that was declared right before the broker died takes it 5 s to delete, and nobody waits for that.
        _queues.AddRange(groups.SelectMany(group => new[] { "data", "dead" }.Select(kind => $"{kind}.{load.StartId}.bars.{group}")));
        return await LeftAsync(names, cancellationToken);
    }

    /// <summary>Names the queues of all loads that have ended and are still there.</summary>
    internal Task<IReadOnlyList<string>> QueuesAsync(CancellationToken cancellationToken) => LeftAsync(_queues, cancellationToken);

    private async Task<IReadOnlyList<string>> LeftAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
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
