using EasyQuant.Persistence;
using EasyQuant.Persistence.Effects;
using EasyQuant.Persistence.Streams;
using Microsoft.Extensions.Options;
using Npgsql;

namespace EasyQuant.RunnerService.Storage;

/// <summary>
/// Forgets what no chunk and no step can ask for any more in the schema of a project: keys of streams that ended, and keys of effects. Short transactions of
/// bounded size; those of other Runners at the same time take other rows. Thread-safe.
/// </summary>
internal sealed class ProjectRetention(ProjectDatabases databases, IOptions<RunnerOptions> options)
{
    private const int StreamsMax = 100;
    private const int KeysMax = 10_000;
    private const int BatchesMax = 200;

    /// <summary>Forgets what is too old in one schema, up to 2,000,000 keys of each kind.</summary>
    public async Task<Forgotten> ForgetAsync(ProjectSchema schema, CancellationToken cancellationToken)
    {
        await using NpgsqlDataSource source = databases.Open(schema);
        (int streams, long keys) = schema.HasStreams ? await ForgetStreamsAsync(source, schema.Name, cancellationToken) : (0, 0);
        long effects = schema.HasEffects ? await ForgetEffectsAsync(source, schema.Name, cancellationToken) : 0;
        return new Forgotten(streams, keys, effects);
    }

    private async Task<(int Streams, long Keys)> ForgetStreamsAsync(NpgsqlDataSource source, string schema, CancellationToken cancellationToken)
    {
        var store = new StreamStore(schema);
        // An older version made fewer tables.
        await Transactions.RunAsync(
            source,
            "retention.tables",
            async (connection, token) =>
            {
                await store.EnsureTablesAsync(connection, token);
                return true;
            },
            cancellationToken);
        int streams = 0;
        long keys = 0;
        for (int i = 0; i < BatchesMax; i++)
        {
            StreamsForgotten one = await Transactions.RunAsync(
                source, "retention.streams", (connection, token) => store.ForgetAsync(connection, options.Value.StreamRetention, StreamsMax, KeysMax, token), cancellationToken);
            streams += one.StreamCount;
            keys += one.KeyCount;
            if (one.IsNothing)
            {
                break;
            }
        }

        return (streams, keys);
    }

    private async Task<long> ForgetEffectsAsync(NpgsqlDataSource source, string schema, CancellationToken cancellationToken)
    {
        var store = new EffectStore(schema);
        long effects = 0;
        for (int i = 0; i < BatchesMax; i++)
        {
            int one = await Transactions.RunAsync(
                source, "retention.effects", (connection, token) => store.ForgetAsync(connection, options.Value.EffectRetention, KeysMax, token), cancellationToken);
            effects += one;
            if (one < KeysMax)
            {
                break;
            }
        }

        return effects;
    }

    /// <summary>What was forgotten.</summary>
    public readonly record struct Forgotten(int Streams, long Keys, long Effects);
}
