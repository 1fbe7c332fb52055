using EasyQuant.Contracts.Data.V1;
using Google.Protobuf;
using RabbitMQ.Client;

namespace EasyQuant.Faults.Harness;

/// <summary>A chunk of a load that comes before the real one of its number and cannot be decoded: it is parked and counted as dead, and the real one is left out.</summary>
internal static class PoisonedChunk
{
    // The fifteenth of the twenty chunks of a shard: it is not sent yet when the queue is there.
    private const long Sequence = 15 * 65_536;

    /// <summary>Sends it as soon as there is a queue.</summary>
    public static async Task SendAsync(FaultBed bed, Load load, CancellationToken cancellationToken)
    {
        string queue = $"data.{load.StartId}.bars.keep";
        byte[] body = new DataChunk
        {
            Stream = $"{load.StartId}.bars", Shard = 1, Epoch = 1, Sequence = Sequence, RowCount = 10, Encoding = ChunkEncoding.Arrow, Payload = ByteString.CopyFromUtf8("no table"),
        }.ToByteArray();
        var factory = new ConnectionFactory { Uri = new Uri(bed.BrokerUri), AutomaticRecoveryEnabled = false };
        while (true)
        {
            await using IConnection connection = await factory.CreateConnectionAsync(cancellationToken);
            try
            {
                await using IChannel channel = await connection.CreateChannelAsync(
                    new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);
                await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
                await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { MessageId = Guid.NewGuid().ToString() }, body, cancellationToken);
                return;
            }
            catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
            {
                // The stream has not begun, see MessageShim.
                await Task.Delay(20, cancellationToken);
            }
        }
    }
}
