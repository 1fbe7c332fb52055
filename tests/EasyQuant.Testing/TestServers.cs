using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Npgsql;

namespace EasyQuant.Testing;

/// <summary>
/// A PostgreSQL and a RabbitMQ for tests. <see cref="StartOrReuseAsync"/> gives the pair named by the environment, or one pair
/// shared by this process; <see cref="StartOwnAsync"/> gives a pair that a fault test may kill. What a test creates in it is dropped at
/// <see cref="DisposeAsync"/>. Thread-safe.
/// </summary>
public sealed class TestServers : IAsyncDisposable
{
    /// <summary>Environment variable with the connection string of a PostgreSQL superuser.</summary>
    public const string PostgresVariable = "EQ_TEST_POSTGRES";

    /// <summary>Environment variable with the amqp:// address of a RabbitMQ administrator.</summary>
    public const string RabbitMqVariable = "EQ_TEST_RABBITMQ";

    /// <summary>Environment variable with the http:// address of the same RabbitMQ's management API, without credentials.</summary>
    public const string ManagementVariable = "EQ_TEST_RABBITMQ_MANAGEMENT";

    private static readonly SemaphoreSlim s_gate = new(1, 1);
    private static ServerPair? s_shared;

    private readonly ServerPair? _own;
    private readonly Uri _management;
    private readonly ConcurrentBag<string> _databases = [];
    private readonly ConcurrentBag<string> _virtualHosts = [];

    private TestServers(string postgres, string rabbitMq, Uri management, ServerPair? own)
    {
        PostgresConnectionString = postgres;
        RabbitMqUri = rabbitMq;
        _management = management;
        _own = own;
    }

    /// <summary>Connection string of the superuser, database <c>postgres</c>.</summary>
    public string PostgresConnectionString { get; }

    /// <summary>Address of the broker's default virtual host, with its administrator's credentials.</summary>
    public string RabbitMqUri { get; }

    /// <summary>The pair of this instance alone, for fault tests.</summary>
    /// <exception cref="InvalidOperationException">The pair is shared; use <see cref="StartOwnAsync"/>.</exception>
    public ServerPair Own => _own ?? throw new InvalidOperationException("Only servers of StartOwnAsync may be killed or restarted.");

    /// <summary>Returns the pair named by the environment when it answers, otherwise the pair of this process, started on first use.</summary>
    public static async Task<TestServers> StartOrReuseAsync(CancellationToken cancellationToken)
    {
        string? postgres = Environment.GetEnvironmentVariable(PostgresVariable);
        string? rabbitMq = Environment.GetEnvironmentVariable(RabbitMqVariable);
        string? management = Environment.GetEnvironmentVariable(ManagementVariable);
        if (!string.IsNullOrEmpty(postgres) && !string.IsNullOrEmpty(rabbitMq) && !string.IsNullOrEmpty(management))
        {
            var named = new TestServers(postgres, rabbitMq, new Uri(management), own: null);
            await named.CheckAsync(cancellationToken);
            return named;
        }

        await s_gate.WaitAsync(cancellationToken);
        try
        {
            s_shared ??= await ServerPair.StartAsync(durable: false, cancellationToken);
        }
        finally
        {
            s_gate.Release();
        }

        return new TestServers(s_shared.PostgresConnectionString, s_shared.RabbitMqUri, s_shared.ManagementUri, own: null);
    }

    /// <summary>Starts a pair for the caller alone; it is stopped and deleted at <see cref="DisposeAsync"/>.</summary>
    /// <param name="durable">True keeps fsync on, as fault tests must.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="isForFaults">See <see cref="ServerPair.StartAsync"/>; the broker then has its default virtual host alone.</param>
    public static async Task<TestServers> StartOwnAsync(bool durable, CancellationToken cancellationToken, bool isForFaults = false)
    {
        ServerPair pair = await ServerPair.StartAsync(durable, cancellationToken, isForFaults);
        return new TestServers(pair.PostgresConnectionString, pair.RabbitMqUri, pair.ManagementUri, pair);
    }

    /// <summary>Creates an empty database and returns the connection string of its superuser.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        string name = "t_" + Guid.NewGuid().ToString("N");
        await ExecuteAsync($"CREATE DATABASE \"{name}\"", cancellationToken);
        _databases.Add(name);
        return new NpgsqlConnectionStringBuilder(PostgresConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>Creates an empty virtual host and returns its amqp:// address.</summary>
    public async Task<string> CreateVirtualHostAsync(CancellationToken cancellationToken)
    {
        string name = "t-" + Guid.NewGuid().ToString("N");
        await ManageAsync(HttpMethod.Put, $"api/vhosts/{name}", new { }, cancellationToken);
        _virtualHosts.Add(name);
        string user = Uri.EscapeDataString(Credentials().User);
        await ManageAsync(HttpMethod.Put, $"api/permissions/{name}/{user}", new { configure = ".*", write = ".*", read = ".*" }, cancellationToken);
        return new UriBuilder(RabbitMqUri) { Path = "/" + name }.Uri.AbsoluteUri;
    }

    /// <summary>Drops what was created; stops the servers when they are of this instance alone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_own is not null)
        {
            await _own.DisposeAsync();
            return;
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        foreach (string database in _databases)
        {
            await ExecuteAsync($"DROP DATABASE IF EXISTS \"{database}\" WITH (FORCE)", deadline.Token);
        }

        foreach (string virtualHost in _virtualHosts)
        {
            await ManageAsync(HttpMethod.Delete, $"api/vhosts/{virtualHost}", body: null, deadline.Token);
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync("SELECT 1", cancellationToken);
        await ManageAsync(HttpMethod.Get, "api/vhosts", body: null, cancellationToken);
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(PostgresConnectionString + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task ManageAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        (string user, string password) = Credentials();
        using var client = new HttpClient { BaseAddress = _management, Timeout = TimeSpan.FromMinutes(4) };
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        request.Content = body is null ? null : JsonContent.Create(body);
        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            string answer = await response.Content.ReadAsStringAsync(cancellationToken);
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"{method} {path} on RabbitMQ: {(int)response.StatusCode} {answer}"));
        }
    }

    private (string User, string Password) Credentials()
    {
        string[] parts = new Uri(RabbitMqUri).UserInfo.Split(':');
        return (Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts[1]));
    }
}
