using EasyQuant.Testing;
using Npgsql;
using RabbitMQ.Client;

namespace EasyQuant.Aspire.Tests;

public sealed class LocalServerTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task Servers_KilledAndStarted_KeepWhatWasWritten()
    {
        using var deadline = new CancellationTokenSource(s_limit);
        await using TestServers servers = await TestServers.StartOwnAsync(durable: true, deadline.Token);
        string database = await servers.CreateDatabaseAsync(deadline.Token);
        string virtualHost = await servers.CreateVirtualHostAsync(deadline.Token);
        await ExecuteAsync(database, "CREATE TABLE kept AS SELECT 42 AS answer", deadline.Token);
        await PublishAsync(virtualHost, deadline.Token);

        // RabbitMQ 3.10 writes the names of new quorum queues half a second later; a queue killed before that never finds its leader again.
        await Task.Delay(TimeSpan.FromSeconds(1), deadline.Token);
        await Task.WhenAll(servers.Own.Postgres.KillAsync(), servers.Own.RabbitMq.KillAsync());
        await Task.WhenAll(servers.Own.Postgres.StartAsync(deadline.Token), servers.Own.RabbitMq.StartAsync(deadline.Token));

        Assert.Equal(42, await ExecuteAsync(database, "SELECT answer FROM kept", deadline.Token));
        Assert.Equal("kept", await GetAsync(virtualHost, deadline.Token));
    }

    private static async Task<object?> ExecuteAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task PublishAsync(string uri, CancellationToken cancellationToken)
    {
        await using IConnection connection = await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync(cancellationToken);
        await using IChannel channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);
        await channel.QueueDeclareAsync(
            "q", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: cancellationToken);
        await channel.BasicPublishAsync(
            "", "q", mandatory: true, new BasicProperties { Persistent = true }, "kept"u8.ToArray(), CancellationToken.None);
    }

    private static async Task<string?> GetAsync(string uri, CancellationToken cancellationToken)
    {
        await using IConnection connection = await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync(cancellationToken);
        await using IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        BasicGetResult? message = await channel.BasicGetAsync("q", autoAck: true, cancellationToken);
        return message is null ? null : System.Text.Encoding.UTF8.GetString(message.Body.Span);
    }
}
