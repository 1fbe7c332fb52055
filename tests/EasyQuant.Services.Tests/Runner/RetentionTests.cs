using EasyQuant.Persistence;
using EasyQuant.Persistence.Effects;
using EasyQuant.Persistence.Streams;
using EasyQuant.RunnerService;
using EasyQuant.Testing;
using Microsoft.Extensions.Options;
using Npgsql;
using static EasyQuant.Services.Tests.Runner.Groups.GroupRuns;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>Runners forget the keys of streams and effects that nobody can ask for any more, and no others.</summary>
public sealed class RetentionTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private static readonly StreamStore s_streams = new("data");
    private static readonly StreamProducerStore s_producers = new("data");
    private static readonly StreamConsumerStore s_consumers = new("data");
    private static readonly EffectStore s_effects = new("data");

    [Fact]
    public async Task Runners_OldEndedStreamsAndEffects_AreForgottenAndTheOthersStillCount()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(
            fixture.Servers, settings: new Dictionary<string, string?> { ["Runner:RetentionInterval"] = "00:00:01" });
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await host.StartRunnerAsync(deadline.Token);
        while (await ScalarAsync(host, "select count(*) from pg_tables where schemaname = 'data' and tablename = 'eq_effects'", deadline.Token) == 0)
        {
            await Task.Delay(50, deadline.Token);
        }

        NpgsqlDataSource source = host.Workflow.DataSource;
        await AsProjectAsync(source, s_streams.EnsureTablesAsync, deadline.Token);
        foreach (string stream in new[] { "old", "young", "open", "aborted" })
        {
            await MakeStreamAsync(source, stream, deadline.Token);
        }

        foreach (string effect in new[] { "old", "young" })
        {
            Assert.True(await ClaimAsync(source, effect, deadline.Token));
        }

        // Nothing is old yet; what was made stays for as many rounds as the next lines take.
        Assert.Equal(12, await ScalarAsync(host, "select count(*) from data.eq_stream_seen", deadline.Token));
        await AsProjectAsync(
            source,
            (connection, token) => ExecuteAsync(
                connection,
                """
                update data.eq_streams set create_time = create_time - interval '400 days', end_time = end_time - interval '6 days 23 hours';
                update data.eq_streams set end_time = end_time - interval '2 hours' where stream in ('old', 'aborted');
                update data.eq_effects set create_time = create_time - interval '29 days';
                update data.eq_effects set create_time = create_time - interval '2 days' where key = 'old'
                """,
                token),
            deadline.Token);
        while (await ScalarAsync(host, "select (select count(*) from data.eq_streams) + (select count(*) from data.eq_effects)", deadline.Token) > 3)
        {
            await Task.Delay(50, deadline.Token);
        }

        Assert.Equal("open young", await TextAsync(source, "select string_agg(stream, ' ' order by stream) from data.eq_streams"));
        Assert.Equal("open 3, young 3", await TextAsync(source, "select string_agg(stream || ' ' || n, ', ' order by stream) from (select stream, count(*) n from data.eq_stream_seen group by 1) s"));
        Assert.Equal("young", await TextAsync(source, "select string_agg(key, ' ' order by key) from data.eq_effects"));
        int effects = 0;
        await ConsumeAsync(source, "open", () => effects++, deadline.Token);
        await ConsumeAsync(source, "young", () => effects++, deadline.Token);
        Assert.Equal((0, false), (effects, await ClaimAsync(source, "young", deadline.Token)));
        Assert.Equal(StreamException.NotFound, (await Assert.ThrowsAsync<StreamException>(() => ConsumeAsync(source, "old", () => effects++, deadline.Token))).Reason);
    }

    [Theory]
    [InlineData("Runner:StreamRetention", "6.00:00:00")]
    [InlineData("Runner:EffectRetention", "6.00:00:00")]
    [InlineData("Runner:RetentionInterval", "00:00:00")]
    public async Task Runner_RetentionOutOfRange_DoesNotStart(string setting, string value)
    {
        OptionsValidationException refused = await Assert.ThrowsAsync<OptionsValidationException>(
            () => RunnerHost.StartAsync(fixture.Servers, settings: new Dictionary<string, string?> { [setting] = value }));

        Assert.Contains(setting[(RunnerOptions.Section.Length + 1)..], refused.Message, StringComparison.Ordinal);
    }

    private static async Task MakeStreamAsync(NpgsqlDataSource source, string stream, CancellationToken cancellationToken)
    {
        await AsProjectAsync(
            source,
            (connection, token) => s_streams.OpenAsync(
                connection, new StreamOpening { Stream = stream, ProjectId = "default", Topic = "bars", ProducerCount = 1, Groups = ["g"] }, token),
            cancellationToken);
        await ConsumeAsync(source, stream, () => { }, cancellationToken);
        if (stream == "aborted")
        {
            await AsProjectAsync(source, (connection, token) => s_streams.AbortAsync(connection, stream, "stopped", token), cancellationToken);
        }
        else if (stream != "open")
        {
            await AsProjectAsync(
                source,
                async (connection, token) =>
                {
                    StreamLease? lease = await s_producers.TakeOverAsync(connection, stream, 0, "test", TimeSpan.FromMinutes(5), token);
                    await s_producers.CloseAsync(connection, lease!, 3, token);
                },
                cancellationToken);
        }
    }

    private static async Task ConsumeAsync(NpgsqlDataSource source, string stream, Action effect, CancellationToken cancellationToken)
    {
        for (int i = 0; i < 3; i++)
        {
            await s_consumers.ConsumeAsync(
                source,
                new StreamMember(stream, "g", $"run/{stream}", 1),
                new StreamPosition(0, i),
                1,
                1,
                (_, _) =>
                {
                    effect();
                    return Task.CompletedTask;
                },
                cancellationToken);
        }
    }

    private static Task<bool> ClaimAsync(NpgsqlDataSource source, string key, CancellationToken cancellationToken) =>
        Transactions.RunAsync(source, "claim", (connection, token) => s_effects.TryClaimAsync(connection, key, token), cancellationToken);

    private static Task AsProjectAsync(NpgsqlDataSource source, Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken cancellationToken) => Transactions.RunAsync(
        source,
        "as-project",
        async (connection, token) =>
        {
            await ExecuteAsync(connection, "set local role eq_data_default", token);
            await work(connection, token);
            return true;
        },
        cancellationToken);

    private static async Task<string> TextAsync(NpgsqlDataSource source, string sql)
    {
        await using NpgsqlCommand command = source.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync(CancellationToken.None))!;
    }
}
