using System.Diagnostics;
using Npgsql;

namespace EasyQuant.Bench.Runs;

/// <summary>The reference: what PostgreSQL alone does when eight clients claim, complete and tell one row at a time.</summary>
internal static class BareClaims
{
    private const int ClientCount = 8;

    private const string Prepare =
        """
        create schema if not exists bare;
        drop table if exists bare.step, bare.outbox;
        create sequence if not exists bare.fence;
        create table bare.step(id bigint primary key, state smallint not null, not_before timestamptz not null, owner text, token bigint, attempt int not null,
            lease_until timestamptz, output bytea);
        create index on bare.step(not_before, id) where state = 1;
        create table bare.outbox(id bigint generated always as identity primary key, body bytea not null);
        insert into bare.step(id, state, not_before, attempt) select i, 1, clock_timestamp(), 0 from generate_series(1, 100000) i;
        analyze bare.step
        """;

    private const string Claim =
        """
        with c as (select id from bare.step where state = 1 and not_before <= clock_timestamp() order by not_before, id limit 1 for update skip locked)
        update bare.step s set state = 2, owner = 'w', attempt = attempt + 1, token = nextval('bare.fence'), lease_until = clock_timestamp() + interval '20 s'
        from c where s.id = c.id returning s.id, s.token
        """;

    private const string Complete =
        """
        with d as (update bare.step set state = 4, output = $3, lease_until = null where id = $1 and token = $2 and state = 2 returning id)
        insert into bare.outbox(body) select $3 from d
        """;

    /// <summary>Returns rows claimed and completed a second.</summary>
    public static async Task<double> MeasureAsync(string connectionString, TimeSpan duration, CancellationToken cancellationToken)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connectionString + ";No Reset On Close=true;Max Auto Prepare=16;Auto Prepare Min Usages=2");
        await using (NpgsqlCommand prepare = source.CreateCommand(Prepare))
        {
            await prepare.ExecuteNonQueryAsync(cancellationToken);
        }

        long start = Stopwatch.GetTimestamp();
        int[] counts = await Task.WhenAll(Enumerable.Range(0, ClientCount).Select(_ => WorkAsync(source, start, duration, cancellationToken)));
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<int> WorkAsync(NpgsqlDataSource source, long start, TimeSpan duration, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken);
        byte[] output = new byte[64];
        int count = 0;
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            long id, token;
            await using (var claim = new NpgsqlCommand(Claim, connection))
            await using (NpgsqlDataReader reader = await claim.ExecuteReaderAsync(cancellationToken))
            {
                if (!await reader.ReadAsync(cancellationToken))
                {
                    return count;
                }

                (id, token) = (reader.GetInt64(0), reader.GetInt64(1));
            }

            await using var complete = new NpgsqlCommand(Complete, connection)
            {
                Parameters =
                {
                    new NpgsqlParameter<long> { TypedValue = id },
                    new NpgsqlParameter<long> { TypedValue = token },
                    new NpgsqlParameter<byte[]> { TypedValue = output },
                },
            };
            await complete.ExecuteNonQueryAsync(cancellationToken);
            count++;
        }

        return count;
    }
}
