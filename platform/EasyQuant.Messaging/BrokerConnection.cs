using RabbitMQ.Client;

namespace EasyQuant.Messaging;

/// <summary>
/// One connection for one purpose, opened when first needed and opened anew after it broke. The client library's own recovery
/// is off: it waits on dead sockets and does not bring back a closed channel. Thread-safe.
/// </summary>
public sealed class BrokerConnection : IAsyncDisposable
{
    private readonly ConnectionFactory _factory;
    private readonly TimeSpan _commandTimeout;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private IConnection? _connection;
    private int _isProbing;

    /// <summary>Creates the connection without opening it.</summary>
    /// <param name="source">Where the broker is and who we are; a <see cref="ConnectionFactory"/>.</param>
    /// <param name="purpose">What the connection is for; shown by the broker.</param>
    /// <param name="options">Bounds.</param>
    /// <exception cref="ArgumentException">The source is not a <see cref="ConnectionFactory"/>.</exception>
    /// <param name="bodyBytesMax">Largest message body that is received; a larger one closes the connection. Default 16 MiB.</param>
    public BrokerConnection(IConnectionFactory source, string purpose, BrokerOptions options, uint bodyBytesMax = 16 * 1024 * 1024)
    {
        if (source is not ConnectionFactory from)
        {
            throw new ArgumentException($"`source` must be a RabbitMQ.Client.ConnectionFactory, was {source?.GetType().FullName ?? "null"}.", nameof(source));
        }

        ArgumentNullException.ThrowIfNull(options);
        _commandTimeout = options.CommandTimeout;
        _factory = new ConnectionFactory
        {
            Endpoint = from.Endpoint,
            VirtualHost = from.VirtualHost,
            UserName = from.UserName,
            Password = from.Password,
            ClientProvidedName = $"{from.ClientProvidedName} {purpose}".Trim(),
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = options.Heartbeat,
            RequestedConnectionTimeout = options.CommandTimeout,
            HandshakeContinuationTimeout = options.CommandTimeout,
            ContinuationTimeout = options.CommandTimeout,
            MaxInboundMessageBodySize = bodyBytesMax,
        };
    }

    /// <summary>Whether the broker has said that it takes nothing at the moment: memory or disk are short. Publishing then hangs.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>Returns the open connection, opening it when there is none, within the command time-out.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>An open connection; the caller makes channels on it and does not dispose it.</returns>
    /// <exception cref="RabbitMQ.Client.Exceptions.BrokerUnreachableException">The broker cannot be reached.</exception>
    /// <exception cref="TimeoutException">The broker does not answer.</exception>
    public async Task<IConnection> GetAsync(CancellationToken cancellationToken)
    {
        if (_connection is { IsOpen: true } open)
        {
            return open;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_connection is { IsOpen: true } other)
            {
                return other;
            }

            Abandon();
            IConnection connection = await _factory.CreateConnectionAsync(cancellationToken).WaitAsync(_commandTimeout * 1.25, cancellationToken);
            IsBlocked = false;
            connection.ConnectionBlockedAsync += (_, _) => SetBlocked(true);
            connection.ConnectionUnblockedAsync += (_, _) => SetBlocked(false);
            return _connection = connection;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Gives up a connection whose broker is silent; the next <see cref="GetAsync"/> opens a new one.</summary>
    /// <param name="connection">The connection that the caller used; another one is left alone.</param>
    public void Abandon(IConnection connection)
    {
        if (ReferenceEquals(Interlocked.CompareExchange(ref _connection, null, connection), connection))
        {
            _ = CloseQuietlyAsync(connection);
        }
    }

    /// <summary>
    /// Asks an open connection for a sign of life and gives it up when none comes within the command time-out: for whoever has seen another connection to the same
    /// broker fall silent. Does nothing without an open connection, or while it is asked already.
    /// </summary>
    public async Task ProbeAsync()
    {
        if (_connection is not { IsOpen: true } connection || Interlocked.Exchange(ref _isProbing, 1) != 0)
        {
            return;
        }

        try
        {
            await CloseQuietlyAsync(await connection.CreateChannelAsync().WaitAsync(_commandTimeout));
        }
        catch (Exception)
        {
            // Silent or broken: the next use opens another one.
            Abandon(connection);
        }
        finally
        {
            Volatile.Write(ref _isProbing, 0);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await CloseQuietlyAsync(connection);
        }

        _gate.Dispose();
    }

    private Task SetBlocked(bool isBlocked)
    {
        IsBlocked = isBlocked;
        return Task.CompletedTask;
    }

    private void Abandon()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } old)
        {
            _ = CloseQuietlyAsync(old);
        }
    }

    /// <summary>Closes a channel that is given up either way; waits for at most 3 s.</summary>
    internal static async Task CloseQuietlyAsync(IChannel channel)
    {
        try
        {
            await channel.AbortAsync().WaitAsync(TimeSpan.FromSeconds(3));
            await channel.DisposeAsync();
        }
        catch (Exception)
        {
            // It ends with its connection.
        }
    }

    private static async Task CloseQuietlyAsync(IConnection connection)
    {
        try
        {
            await connection.AbortAsync(Constants.ReplySuccess, "closed by the client", TimeSpan.FromSeconds(2)).WaitAsync(TimeSpan.FromSeconds(3));
            await connection.DisposeAsync();
        }
        catch (Exception)
        {
            // The connection is given up either way; a frozen broker answers neither close nor dispose.
        }
    }
}
