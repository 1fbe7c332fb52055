using EasyQuant.Persistence;
using EasyQuant.Persistence.Effects;
using EasyQuant.Persistence.Streams;
using EasyQuant.Testing;
using Npgsql;

namespace EasyQuant.Platform.Tests.Persistence.Streams;

/// <summary>A database with the tables of streams and a table of effects, and short forms of what the tests do with them.</summary>
internal sealed class StreamDatabase : IAsyncDisposable
{
    public const string Id = "s-1";
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private StreamDatabase(NpgsqlDataSource source) => Source = source;

    public NpgsqlDataSource Source { get; }

    public StreamStore Streams { get; } = new("public");

    public StreamProducerStore Producers { get; } = new("public");

    public StreamConsumerStore Consumers { get; } = new("public");

    public StreamParkingStore Parking { get; } = new("public");

    public static async Task<StreamDatabase> CreateAsync(TestServers servers)
    {
        var builder = new NpgsqlDataSourceBuilder(await servers.CreateDatabaseAsync(Deadline.In(30)));
        DataSourceDefaults.Apply(builder);
        var database = new StreamDatabase(builder.Build());
        await using NpgsqlConnection connection = await database.Source.OpenConnectionAsync();
        await new EffectStore("public").EnsureTablesAsync(connection, CancellationToken.None);
        await database.Streams.EnsureTablesAsync(connection, CancellationToken.None);
        await database.Streams.EnsureTablesAsync(connection, CancellationToken.None);
        await using var create = new NpgsqlCommand("create table effects(producer int, sequence bigint)", connection);
        await create.ExecuteNonQueryAsync();
        return database;
    }

    public Task OpenAsync(int producers, params string[] groups) => InAsync(
        "open", (c, t) => Streams.OpenAsync(c, new StreamOpening { Stream = Id, ProjectId = "default", Topic = "bars", ProducerCount = producers, Groups = groups }, t));

    public Task<T> InAsync<T>(string name, Func<NpgsqlConnection, CancellationToken, Task<T>> work) => Transactions.RunAsync(Source, name, work, Deadline.In(60));

    public Task InAsync(string name, Func<NpgsqlConnection, CancellationToken, Task> work) => InAsync(name, async (c, t) =>
    {
        await work(c, t);
        return 0;
    });

    public async Task<StreamLease> StartAsync(int producer) =>
        await InAsync("take", (c, t) => Producers.TakeOverAsync(c, Id, producer, "test", Lease, t)) ?? throw new InvalidOperationException($"producer {producer} is not free");

    public Task CloseAsync(StreamLease lease, long total) => InAsync("stream.close", (c, t) => Producers.CloseAsync(c, lease, total, t));

    public Task<StreamState> ConsumeAsync(int producer, long sequence, string group = "g", string replica = "r", long epoch = 1) => Consumers.ConsumeAsync(
        Source, Member(group, replica, epoch), new StreamPosition(producer, sequence), 10, 100,
        async (connection, token) =>
        {
            await using var insert = new NpgsqlCommand("insert into effects values ($1, $2)", connection);
            insert.Parameters.Add(new NpgsqlParameter<int> { TypedValue = producer });
            insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = sequence });
            await insert.ExecuteNonQueryAsync(token);
        },
        Deadline.In(60));

    public Task<StreamState> ParkAsync(int producer, long sequence, string group = "g", byte[]? payload = null) => InAsync("park", (c, t) => Parking.ParkAsync(
        c,
        Member(group, "r", 1),
        new ParkedChunk
        {
            MessageId = $"{Id}/{producer}/{sequence}",
            Position = new StreamPosition(producer, sequence),
            Reason = "CHUNK_CORRUPT",
            Detail = "broken",
            StackTrace = "at X",
            Encoding = "protobuf",
            RowCount = 3,
            Payload = payload ?? [1, 2, 3],
        },
        t));

    public static StreamMember Member(string group = "g", string replica = "r", long epoch = 1) => new(Id, group, replica, epoch);

    public async Task<StreamStatus> StatusAsync() => await InAsync("status", (c, t) => Streams.GetAsync(c, Id, t)) ?? throw new InvalidOperationException("no stream");

    public async Task<StreamState> StateAsync(string group = "g") => await InAsync("state", (c, t) => Streams.GetStateAsync(c, Id, group, t));

    public async Task<long> EffectCountAsync()
    {
        await using NpgsqlCommand count = Source.CreateCommand("select count(*) from effects");
        return (long)(await count.ExecuteScalarAsync())!;
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
